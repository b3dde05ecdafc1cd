// Compiled, never run: `tsc` fails where a line that must not compile does.
import {
  chain,
  type Action,
  type LineContext,
  type MessengerContext,
} from 'bottender';
import { payload, route, router, text } from 'bottender/router';
import {
  personas,
  withEphemeralPersona,
  withPersona,
  type NamesOf,
  type PersonaContext,
} from 'bottender-persona';

const GUEST = { name: 'Guest', profilePictureUrl: 'https://example.com/g' };

const plugin = personas({ directory: { adam: '12345678901234567' } });
type DeskContext = PersonaContext<MessengerContext, NamesOf<typeof plugin>>;

async function Handler(context: PersonaContext) {
  await context.withPersona('adam', () => context.sendText('hi'));
}
async function Desk(context: DeskContext) {
  await context.as('adam').sendText('hi');
}
async function OnLine(context: PersonaContext<LineContext>) {
  await context.as('adam').replyText('hi');
}
async function Plain(context: MessengerContext) {
  await context.sendText('hi');
}
const Help: Action<PersonaContext> = async (context, { next }) => {
  await context.sendText('help');
  return next;
};

export const plugins = [plugin, personas()];

/** Nothing here needs a type argument. */
export const chains = [
  chain([personas(), router([text('x', Handler)])]),
  chain([personas(), router([text('x', Handler), text('*', Plain)])]),
  chain([personas(), router([payload('X', Help), route('*', Help)])]),
  chain([personas(), withPersona('adam', router([text('x', Handler)]))]),
  chain([personas(), withPersona('adam', chain([Help, Handler]))]),
  chain([personas(), withPersona('adam'), router([text('x', Handler)])]),
  chain([personas(), withPersona(null, Handler)]),
  chain([personas(), chain([withPersona('adam'), Handler])]),
  chain([personas(), chain([personas(), router([text('x', Handler)])])]),
  chain([personas(), withEphemeralPersona(GUEST), Handler]),
  chain([
    personas(),
    withEphemeralPersona(GUEST, router([text('x', Handler)])),
  ]),
  chain([
    personas(),
    router([
      text('x', withPersona('adam', Handler)),
      text('y', withEphemeralPersona(GUEST, Handler)),
      text('z', withEphemeralPersona(GUEST, chain([Help, Handler]))),
    ]),
  ]),
  chain([plugin, router([text('x', Desk)])]),
  chain([plugin, withPersona('adam', router([text('x', Desk)]))]),
  chain([plugin, withEphemeralPersona(GUEST, router([text('x', Desk)]))]),
  chain([personas(), OnLine]),
  chain([personas(), router([text('x', OnLine)])]),
  chain([personas(), withEphemeralPersona(GUEST, OnLine)]),
  chain([personas(), withPersona('adam', router([text('x', OnLine)]))]),
];

/** A chain in a block, and as the result of an action. */
export const Entry: Action<PersonaContext> = (context) =>
  context.event.isText
    ? chain([personas(), router([text('x', Handler)])])
    : withPersona('adam', router([text('x', Handler)]));

export const wrong = [
  // @ts-expect-error a misspelt name
  () => chain([plugin, withPersona('adma', Desk)]),
  // @ts-expect-error a misspelt name
  () => router([text('x', withPersona('adma', Desk))]),
  // @ts-expect-error an ID is a string
  () => chain([personas(), withPersona(5, router([text('x', Handler)]))]),
  // @ts-expect-error a profile has a picture
  () => chain([personas(), withEphemeralPersona({ name: 'Guest' }, Handler)]),
  // @ts-expect-error no action
  () => chain([personas(), withPersona('adam', 'Handler')]),
  // @ts-expect-error no action
  () => chain([personas(), 5]),
  // @ts-expect-error no context
  () => personas()(5),
  // @ts-expect-error no context
  () => personas()({ platform: 'messenger' }),
  // @ts-expect-error no action follows
  (context: MessengerContext) => personas()(context, { next: 5 }),
  // @ts-expect-error actions of two channels
  () => chain<PersonaContext>([personas(), OnLine]),
];
