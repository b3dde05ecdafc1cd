// Compiled, never run: `tsc` fails where a line that must not compile does.
import { chain, type MessengerContext } from 'bottender';
import { text } from 'bottender/router';
import {
  personas,
  withPersona,
  type NamesOf,
  type PersonaContext,
} from 'bottender-persona';

const plugin = personas({
  directory: {
    adam: { name: 'Adam', profilePictureUrl: 'https://example.com/a.png' },
    desk: '12345678901234567',
  },
});

type Names = NamesOf<typeof plugin>;
type DeskContext = PersonaContext<MessengerContext, Names>;

export async function Names(context: DeskContext) {
  context.usePersona('adam');
  context.usePersona('12345678901234567');
  context.usePersona(null);
  // @ts-expect-error a misspelt name
  context.usePersona('adma');

  await context.withPersona('desk', () => context.sendText('hi'));
  // @ts-expect-error a misspelt name
  await context.withPersona('dsek', () => context.sendText('hi'));

  await context.as('adam').sendText('hi');
  await context.as(context.persona).typingOn();
  // @ts-expect-error a misspelt name
  context.as('adma');

  await context.sendText('hi', { personaId: 'adam' });
  await context.sendText('hi', { personaId: null });
  // @ts-expect-error a misspelt name
  await context.sendText('hi', { personaId: 'adma' });
  await context.sendButtonTemplate('hi', [], { personaId: 'desk' });
  await context.typingOn({ personaId: 'desk' });
  await context.sendImage(Buffer.from(''), { filename: 'offer.png' });
  // @ts-expect-error a file's option where there is no file
  await context.sendText('hi', { filename: 'offer.png' });
}

export const AroundActions = [
  withPersona('adam', Names),
  // @ts-expect-error a misspelt name
  withPersona('adma', Names),
  withPersona((context: DeskContext) => (context.event.isText ? 'adam' : null)),
];

/** What a block is given can be spoken as, though no name of the directory. */
export async function OnTheFly(context: DeskContext) {
  const guest = { name: 'Guest', profilePictureUrl: 'https://example.com/g' };
  await context.withEphemeralPersona(guest, async ({ id }) => {
    await context.sendText('hi', { personaId: id });
    await context.withPersona(id, () => context.sendText('hi'));
    await context.as(id).sendText('hi');
  });
  await plugin
    .client(context.client)
    .withEphemeralPersona(guest, async ({ id }, client) => {
      await client.sendText('1', 'hi', { personaId: id });
    });
}

/** Without known names every string is possible. */
export async function AnyPersona(context: PersonaContext, id: string) {
  context.usePersona(id);
  await context.withPersona(id, () => context.sendText('hi'));
  const answer: number = await context.withPersona('1', () => 3);
  return answer;
}

export const Chains = [
  chain([personas(), AnyPersonaAction]),
  chain([plugin, withPersona('1'), PlainAction]),
  text('hi', withPersona('1', PlainAction)),
];

async function AnyPersonaAction(context: PersonaContext) {
  await context.sendText('hi');
}

async function PlainAction(context: MessengerContext) {
  await context.sendText('hi');
}

export const BadOptions = [
  // @ts-expect-error no such option
  () => personas({ initialPersonas: '1' }),
  // @ts-expect-error not one of the two
  () => personas({ refusedPersona: 'ignore' }),
  // @ts-expect-error a profile without a picture
  () => personas({ directory: { adam: { name: 'Adam' } } }),
];
