import type { MessengerContext } from 'bottender';
import { personas, type PersonaContext } from 'bottender-persona';

export const PERSONA_ID = '12345678901234567';

type Handler = (context: MessengerContext) => Promise<void>;

interface Contestant {
  readonly title: string;
  readonly plugin?: () => (context: MessengerContext) => unknown;
  readonly handler: Handler;
}

const usePersona: Handler = async (context) => {
  context.usePersona(PERSONA_ID);
  await context.sendText('hi');
};

const withPersona: Handler = async (context) => {
  await (context as PersonaContext).withPersona(PERSONA_ID, () =>
    context.sendText('hi'),
  );
};

/** Bottender with its own `usePersona`, which all others are compared with. */
export const ALONE: Contestant = {
  title: 'Bottender alone',
  handler: usePersona,
};

export const VARIANTS = {
  nothing: {
    title: 'a plugin that does nothing',
    plugin: () => () => undefined,
    handler: usePersona,
  },
  usePersona: {
    title: 'personas(), usePersona',
    plugin: () => personas(),
    handler: usePersona,
  },
  withPersona: {
    title: 'personas(), withPersona',
    plugin: () => personas(),
    handler: withPersona,
  },
} as const satisfies Record<string, Contestant>;

export type Variant = keyof typeof VARIANTS;
