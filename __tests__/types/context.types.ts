// Compiled, never run: a line that must not compile is marked, and one that
// compiles all the same is an error.
import type { LineContext, MessengerContext } from 'bottender';
import {
  PersonaError,
  personas,
  UnsupportedSenderActionError,
  withEphemeralPersona,
  withPersona,
  type EphemeralPersona,
  type PersonaContext,
  type PersonaMethods,
  type Personas,
  type PersonasOptions,
} from 'bottender-persona';

const GUEST = {
  name: 'Guest',
  profilePictureUrl: 'https://example.com/guest.png',
};

export function InForce(context: PersonaContext) {
  const inForce: string | null = context.persona;
  // @ts-expect-error it is read
  context.persona = '1';
  // @ts-expect-error the Page is null
  context.usePersona(undefined);
  // @ts-expect-error an ID is a string
  context.usePersona(12345678901234567);
  // @ts-expect-error a persona must be given
  context.usePersona();
  return inForce;
}

export async function Blocks(context: PersonaContext) {
  const sync: number = await context.withPersona('1', () => 1);
  const promised: string = await context.withPersona(null, () =>
    Promise.resolve('a'),
  );
  // @ts-expect-error the value is a number
  const wrong: string = await context.withPersona('1', () => 1);
  // @ts-expect-error there is nothing to run
  await context.withPersona('1');
  // @ts-expect-error an ID is a string
  await context.withPersona(1, () => 1);
  return [sync, promised, wrong];
}

export async function EphemeralBlocks(context: PersonaContext) {
  const name: string = await context.withEphemeralPersona(
    GUEST,
    (persona: EphemeralPersona) => persona.name,
  );
  // @ts-expect-error a profile has a picture
  await context.withEphemeralPersona({ name: 'Guest' }, () => 1);
  // @ts-expect-error a profile, not an ID
  await context.withEphemeralPersona('1', () => 1);
  return name;
}

export async function Sends(context: PersonaContext) {
  const { messageId } = (await context.sendText('hi')) ?? {};
  const id: string | undefined = messageId;
  await context.sendText('hi', { personaId: null, tag: 'HUMAN_AGENT' });
  await context.sendGenericTemplate([], { imageAspectRatio: 'square' });
  await context.sendSenderAction('typing_on', { personaId: '1' });
  await context.typing(100);
  // @ts-expect-error an ID is a string
  await context.sendText('hi', { personaId: 1 });
  // @ts-expect-error no such tag
  await context.sendText('hi', { tag: 'HUMAN' });
  return id;
}

export async function Speakers(context: PersonaContext) {
  const adam = context.as('1');
  const { messageId } =
    (await adam.sendText('hi', { tag: 'HUMAN_AGENT' })) ?? {};
  const id: string | undefined = messageId;
  await adam.sendImage(Buffer.from(''), { filename: 'offer.png' });
  await adam.typing(100);
  await context.as(null).typingOn();
  await context.as().sendButtonTemplate('hi', []);
  await context.as(context.persona).sendText('hi');
  // @ts-expect-error the speaker has been chosen
  await adam.sendText('hi', { personaId: '1' });
  // @ts-expect-error it sends and types, no more
  const state: unknown = adam.setState;
  // @ts-expect-error an ID is a string
  context.as(1);
  // @ts-expect-error who speaks here and now is as()
  context.as(undefined);
  return [id, state];
}

/** What Bottender's contexts have stays there, on other platforms too. */
export async function Others(context: PersonaContext<LineContext>) {
  const isReplied: boolean = await context.withPersona(
    '1',
    () => context.isReplied,
  );
  // @ts-expect-error LINE has no templates of Messenger's
  const sends: unknown = context.sendGenericTemplate;
  await context.as('1').sendText('hi');
  // @ts-expect-error a speaker has neither
  const speaks: unknown = context.as('1').sendGenericTemplate;
  return [isReplied, sends, speaks];
}

export const AroundActions = [
  withEphemeralPersona(GUEST),
  withEphemeralPersona(GUEST, Sends0),
  withEphemeralPersona(() => Promise.resolve(GUEST), Sends0),
  withPersona(null, Sends0),
  withPersona(() => Promise.resolve('1'), Sends0),
  // @ts-expect-error a profile has a picture
  withEphemeralPersona({ name: 'Guest' }, Sends0),
  // @ts-expect-error an ID is a string
  withPersona(1, Sends0),
];

async function Sends0(context: MessengerContext) {
  await context.sendText('hi');
}

const options: PersonasOptions<string, MessengerContext> = {
  initialPersona: ({ session }) => session?.agent as string | undefined,
  unsupportedSenderActions: 'as-page',
  onCleanupError: (error, persona) => [error.message, persona?.name],
};
export const plugin: Personas = personas(options);
// @ts-expect-error not one of the two
export const badWord = () => personas({ unsupportedSenderActions: 'ignore' });
// @ts-expect-error an ID is a string
export const badPersona = () => personas({ initialPersona: 5 });

export function isOurs(error: unknown): string | undefined {
  if (error instanceof UnsupportedSenderActionError) return error.senderAction;
  return error instanceof PersonaError ? error.message : undefined;
}

export type Methods = [
  PersonaContext['usePersona'],
  PersonaMethods['withPersona'],
];
