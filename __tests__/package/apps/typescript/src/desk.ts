import type { MessengerContext } from 'bottender';
import { personas, type NamesOf, type PersonaContext } from 'bottender-persona';

export const desk = personas({
  directory: {
    adam: {
      name: 'Adam Z.',
      profilePictureUrl: 'https://example.com/adam.png',
    },
  },
  initialPersona: (context) => context.state.agent as string | null,
});

export type DeskContext = PersonaContext<
  MessengerContext,
  NamesOf<typeof desk>
>;
