import { inspect } from 'node:util';

import { chain, type MessengerContext } from 'bottender';
import {
  personas,
  withEphemeralPersona,
  withPersona,
  type PersonasOptions,
} from 'bottender-persona';
import { Keyv } from 'keyv';

import {
  type BotSetup,
  CUSTOMER,
  OTHER_PAGE,
  PAGE,
  type RunningBot,
  startBot,
  type TestAction,
} from './support/bot';
import { firstCells } from './support/docs';
import { alive, calls, shown } from './support/emulatorState';
import { barrier, gate } from './support/gate';
import { createPersonas, profile } from './support/personas';
import { filenameOption } from './support/sends';
import { leaveLease } from './support/stores';

const PAGE_OF_ROWS = 'docs/comparison.md';
const HEADING = "Compared with Bottender's own `usePersona`";
const rows: string[] = [];

/** A row of the table: what it says of both is played. */
function row(title: string, play: () => Promise<void>): void {
  rows.push(title);
  it(title, play);
}

describe(PAGE_OF_ROWS, () => {
  row('Text, attachments by URL, typing; also in batch mode', async () => {
    const act: Act = (adam) => async (context) => {
      context.usePersona(adam);
      await context.typingOn();
      await context.sendText('hi');
      await context.sendImage('https://example.com/pear.png');
    };
    for (const batchDelayMs of [undefined, 10]) {
      for (const bot of await onBoth(act, { batchDelayMs })) {
        expect(shown(bot.emulator)).toEqual([
          'Adam: [typing_on]',
          'Adam: hi',
          'Adam: [image]',
        ]);
      }
    }
  });

  row('A file from a Buffer or a stream', async () => {
    const [alone, plugin] = await onBoth((adam) => async (context) => {
      context.usePersona(adam);
      await context.sendImage(
        Buffer.from('a pear'),
        filenameOption('pear.png'),
      );
    });
    expect(shown(alone.emulator)).toEqual(['Page: [image]']);
    expect(shown(plugin.emulator)).toEqual(['Adam: [image]']);
  });

  row("`sendSenderAction('mark_seen')` with a persona", async () => {
    const [alone, plugin] = await onBoth((adam) => async (context) => {
      context.usePersona(adam);
      await context.sendSenderAction('mark_seen');
    });
    expect(sends(alone)).toEqual([400]);
    expect(sends(plugin)).toEqual([]);
    expect(plugin.errors).toHaveLength(1);
  });

  row('The rest of the chain, after the handler that spoke', async () => {
    const AndOn: TestAction = async (context) => {
      await context.sendText('and on');
    };
    const around = (speak: TestAction): TestAction => {
      const Speak: TestAction = async (context, props) => {
        await speak(context, props);
        return props.next;
      };
      return chain([Speak, AndOn]);
    };
    const alone = await play(undefined, (adam) =>
      around(async (context) => {
        context.usePersona(adam);
        await context.sendText('hi');
      }),
    );
    const plugin = await play({}, (adam) =>
      around(async (context) => {
        await context.withPersona(adam, () => context.sendText('hi'));
      }),
    );
    expect(shown(alone.emulator)).toEqual(['Adam: hi', 'Adam: and on']);
    expect(shown(plugin.emulator)).toEqual(['Adam: hi', 'Page: and on']);
  });

  row('The error handler, after a handler that failed', async () => {
    const onError: TestAction = async (context) => {
      await context.sendText('Sorry.');
    };
    const fail = () => {
      throw new Error('a bug');
    };
    const alone = await play(
      undefined,
      (adam) => (context) => {
        context.usePersona(adam);
        fail();
      },
      { onError },
    );
    const plugin = await play({}, (adam) => withPersona(adam, fail), {
      onError,
    });
    expect(shown(alone.emulator)).toEqual(['Adam: Sorry.']);
    expect(shown(plugin.emulator)).toEqual(['Page: Sorry.']);
  });

  row('Two parts of a handler in parallel', async () => {
    const alone = await play(undefined, (adam, bea) => async (context) => {
      const all = barrier(2);
      const speak = async (id: string, text: string) => {
        context.usePersona(id);
        await all();
        await context.sendText(text);
      };
      await Promise.all([speak(adam, 'I am Adam'), speak(bea, 'I am Bea')]);
    });
    const plugin = await play({}, (adam, bea) => async (context) => {
      const all = barrier(2);
      const speak = (id: string, text: string) =>
        context.withPersona(id, async () => {
          await all();
          await context.sendText(text);
        });
      await Promise.all([speak(adam, 'I am Adam'), speak(bea, 'I am Bea')]);
    });
    expect(shown(alone.emulator).sort()).toEqual([
      'Bea: I am Adam',
      'Bea: I am Bea',
    ]);
    expect(shown(plugin.emulator).sort()).toEqual([
      'Adam: I am Adam',
      'Bea: I am Bea',
    ]);
  });

  row('A persona created for a router or a chain', async () => {
    const Greet: TestAction = async (context) => {
      await context.sendText('hi');
    };
    const Router: TestAction = () => Greet;
    const alone = await play(undefined, () => async (context, props) => {
      const { id } = await context.client.createPersona(profile('Guest'));
      context.usePersona(id);
      const returned = await Router(context, props);
      await context.client.deletePersona(id);
      return returned;
    });
    const plugin = await play({}, () =>
      withEphemeralPersona(profile('Guest'), Router),
    );
    expect(shown(alone.emulator)).toEqual([]);
    expect(alone.errors).toHaveLength(1);
    expect(shown(plugin.emulator)).toEqual(['Guest: hi']);
    expect(alive(plugin.emulator)).not.toContain('Guest');
  });

  row('A persona created for a send that no one awaits', async () => {
    const prepare = ({ emulator }: RunningBot) =>
      void emulator.fail({ path: '/me/messages', delayMs: 50, times: 1 });
    const refused = gate();
    const alone = await play(
      undefined,
      () => async (context) => {
        const { id } = await context.client.createPersona(profile('Guest'));
        context.sendText('hi', { personaId: id }).catch(refused.open);
        await context.client.deletePersona(id);
      },
      { prepare },
    );
    await refused.opened;
    const plugin = await play(
      {},
      () => (context) =>
        context.withEphemeralPersona(profile('Guest'), () => {
          void context.sendText('hi');
        }),
      { prepare },
    );
    expect(shown(alone.emulator)).toEqual([]);
    expect(shown(plugin.emulator)).toEqual(['Guest: hi']);
  });

  row('Graph calls for 10 messages, with personas on the fly', async () => {
    const installed = personas({ ephemeral: { lingerMs: 10_000 } });
    const [alone, plugin] = [
      await startBot(),
      await startBot({ plugins: [installed] }),
    ];
    for (let message = 0; message < 10; message += 1) {
      await alone.run(async (context) => {
        const { id } = await context.client.createPersona(profile('Guest'));
        await context.sendText('hi', { personaId: id });
        await context.client.deletePersona(id);
      });
      await plugin.run(async (context) => {
        await context.withEphemeralPersona(profile('Guest'), () =>
          context.sendText('hi'),
        );
      });
    }
    await installed.close();
    expect(calls(alone.emulator)).toHaveLength(30);
    expect(calls(plugin.emulator)).toHaveLength(12);
  });

  row('A process that dies with a persona on the fly', async () => {
    const store = new Keyv();
    const prepare = async ({ emulator }: RunningBot) => {
      const { Guest } = await createPersonas(emulator, ['Guest']);
      await leaveLease(store, { id: Guest, name: 'Guest' });
    };
    const act: Act = () => async (context) => {
      await context.sendText('the next process');
    };
    const alone = await play(undefined, act, { prepare });
    const { emulator } = await play({ store }, act, { prepare });
    await emulator.waitFor(() => !alive(emulator).includes('Guest'));
    expect(alive(alone.emulator)).toContain('Guest');
  });

  row(
    'A customer for whom personas are refused, or an ID that is gone',
    async () => {
      const speakAs = (persona?: string): Act => {
        return (adam) => async (context) => {
          context.usePersona(persona ?? adam);
          await context.sendText('hi');
        };
      };
      const prepare = ({ emulator }: RunningBot) =>
        emulator.setEuropean(CUSTOMER, true);
      for (const [alone, plugin] of [
        await onBoth(speakAs(), { prepare }),
        await onBoth(speakAs('999')),
      ]) {
        expect(shown(alone.emulator)).toEqual([]);
        expect(alone.errors).toHaveLength(1);
        expect(shown(plugin.emulator)).toEqual(['Page: hi']);
        expect(plugin.errors).toEqual([]);
      }
    },
  );

  row('The error of a refused send, printed', async () => {
    const act: Act = () => async (context) => {
      await context.sendText('hi', { personaId: '999' });
    };
    const alone = await play(undefined, act);
    const plugin = await play({ refusedPersona: 'throw' }, act);
    const printed = ({ errors: [error] }: RunningBot) =>
      inspect(error, { depth: 9 });
    expect(printed(alone)).toContain(PAGE.accessToken);
    expect(printed(plugin)).toContain('PersonaRefusedError');
    expect(printed(plugin)).not.toContain(PAGE.accessToken);
  });

  row('A persona by name, on several Pages', async () => {
    const directory = { eve: profile('Eve') };
    const plugins = [personas({ directory })];
    const bot = await startBot({ plugins, severalPages: true });
    for (const pageId of [PAGE.id, OTHER_PAGE.id]) {
      await bot.run(
        async (context) => {
          await context.sendText('hi', { personaId: 'eve' });
        },
        { pageId },
      );
    }
    const alone = await play(undefined, () => async (context) => {
      await context.sendText('hi', { personaId: 'eve' });
    });
    expect(alone.errors).toHaveLength(1);
    expect(shown(bot.emulator)).toEqual(['Eve: hi', 'Eve: hi']);
  });

  row('From one event to the next', async () => {
    const act: Act = (adam) => async (context) => {
      if (context.event.text === 'hello again') {
        await context.sendText('hi again');
        return;
      }
      context.setState({ agent: adam });
      context.usePersona(adam);
      await context.sendText('hi');
    };
    const setup = { initialState: { agent: null } };
    const alone = await play(undefined, act, setup);
    await alone.say('hello again');
    const initialPersona = (context: MessengerContext) =>
      context.state.agent as string | null;
    const plugin = await play({ initialPersona }, act, setup);
    await plugin.say('hello again');
    expect(shown(alone.emulator)).toEqual(['Adam: hi', 'Page: hi again']);
    expect(shown(plugin.emulator)).toEqual(['Adam: hi', 'Adam: hi again']);
  });

  it('docs/comparison.md has exactly these rows', () => {
    expect(firstCells(PAGE_OF_ROWS, HEADING)).toEqual(rows);
  });
});

type Act = (adam: string, bea: string) => TestAction;
type Setup = BotSetup & {
  prepare?: (bot: RunningBot) => void | Promise<void>;
};

/** A customer writes once; without options to Bottender alone. */
async function play(
  options: PersonasOptions<string, MessengerContext> | undefined,
  act: Act,
  { prepare, ...setup }: Setup = {},
): Promise<RunningBot> {
  const plugins = options ? [personas(options)] : [];
  const bot = await startBot({ plugins, ...setup });
  const { Adam, Bea } = await createPersonas(bot.emulator, ['Adam', 'Bea']);
  await prepare?.(bot);
  await bot.run(act(Adam, Bea));
  return bot;
}

async function onBoth(act: Act, setup?: Setup) {
  const alone = await play(undefined, act, setup);
  const quiet = { onRefused: () => undefined };
  return [alone, await play(quiet, act, setup)] as const;
}

/** The statuses of the sends that reached Messenger. */
function sends({ emulator }: RunningBot): number[] {
  return emulator
    .state()
    .requests.filter(({ path }) => path === '/me/messages')
    .map(({ status }) => status);
}
