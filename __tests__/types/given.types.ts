// Compiled, never run: `tsc` fails where a line that must not compile does.
import { chain, type Action, type MessengerContext } from 'bottender';
import {
  personas,
  withPersona,
  type NamesOf,
  type PersonaContext,
} from 'bottender-persona';

const directory = {
  adam: { name: 'Adam', profilePictureUrl: 'https://example.com/a.png' },
  desk: '12345678901234567',
};

export const fromState = [
  personas({ initialPersona: (context) => context.state.agent }),
  personas({ directory, initialPersona: ({ state }) => state.agent }),
  personas({
    initialPersona: (context: MessengerContext) =>
      context.event.isText ? '7' : null,
  }),
  chain([withPersona((context) => context.state.agent), App]),
];

async function App(context: MessengerContext) {
  await context.sendText('hi');
}

export const plugin = personas({ directory, initialPersona: 'adam' });
type Desk = PersonaContext<MessengerContext, NamesOf<typeof plugin>>;

export const checkedNames = [
  personas({ directory, initialPersona: '12345678901234567' }),
  personas({ directory, initialPersona: () => 'adam' }),
  personas({
    directory,
    initialPersona: ({ event }) => (event.isText ? 'desk' : null),
  }),
  // @ts-expect-error a misspelt name
  () => personas({ directory, initialPersona: 'adma' }),
  // @ts-expect-error a misspelt name
  () => personas({ directory, initialPersona: () => 'adma' }),
  () =>
    personas({
      directory,
      // @ts-expect-error a misspelt name
      initialPersona: ({ event }) => (event.isText ? 'dsek' : null),
    }),
  // @ts-expect-error the names come first
  () => personas<MessengerContext>({ directory }),
];

export async function Handed(context: Desk) {
  await App(context);
  await context.withPersona(context.persona, () => App(context));
}

/** A block is given its context. */
export async function Blocks(context: Desk, plain: PersonaContext) {
  const id: string = await plain.withEphemeralPersona(
    directory.adam,
    (persona, { event }) => `${persona.name} ${event.isText}`,
  );
  await plain.withPersona('1', (given) => given.sendText('hi'));
  await context.withPersona('adam', (given) => given.withPersona('desk', App));
  // @ts-expect-error a misspelt name
  await context.withPersona('adam', (given) => given.withPersona('dsek', App));
  return id;
}

/** An action that a block runs or returns is run to the end, and has no result. */
export async function Actions(context: Desk) {
  const Help: Action<MessengerContext> = async (given, { next }) => {
    await given.sendText('help');
    return next;
  };
  const nothing: void[] = [
    await context.withPersona('adam', () => Help),
    await context.withPersona('adam', () => Promise.resolve(Help)),
    await context.withEphemeralPersona(directory.adam, () => Help),
  ];
  await context.withPersona('adam', Help);
  // @ts-expect-error an action has no result
  const help: typeof Help = await context.withPersona('adam', () => Help);
  const number: number = await within(context, () => 1);
  return [nothing, help, number];
}

function within<T>(context: Desk, run: () => T): Promise<T> {
  return context.withPersona('adam', run);
}
