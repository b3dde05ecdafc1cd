import { MessengerContext, type LineContext } from 'bottender';
import {
  InvalidProfileError,
  personas,
  ReleasedHandleError,
  type EphemeralPersonaHandle,
  type PersonaContext,
  type PersonasOptions,
} from 'bottender-persona';
import fc from 'fast-check';

import { CUSTOMER, startBot, startWrittenTo } from '../support/bot';
import { startOn } from '../support/channels';
import { clientFor } from '../support/clients';
import { alive, calls, personaIds, shown } from '../support/emulatorState';
import { gate } from '../support/gate';
import { nextRequest } from '../support/nextRequest';
import { createPersonas, deletePersona, profile } from '../support/personas';
import { runs } from '../support/runs';

/** A client of a Page to which a customer has written, and the plugin. */
async function start(options: PersonasOptions = {}) {
  const bot = await startWrittenTo();
  const onRefused = jest.fn();
  const onCleanupError = jest.fn();
  const plugin = personas({ onRefused, onCleanupError, ...options });
  const client = plugin.client(clientFor(bot.emulator));
  const { emulator } = bot;
  return { emulator, plugin, client, onRefused, onCleanupError };
}

/** What reached Messenger, in the order of the answers. */
function wire(emulator: Parameters<typeof calls>[0]): string[] {
  return calls(emulator)
    .filter((call) => call !== 'POST /')
    .map((call) => call.replace(/^DELETE \/\d+$/, 'DELETE'));
}

describe('a handle of a client', () => {
  test('speaks from sign-in to sign-out, with one creation and one deletion', async () => {
    const { emulator, client } = await start();
    const adam = await client.createEphemeralPersona(profile('Adam'));
    expect(adam.persona).toEqual({
      id: personaIds(emulator, 'Adam')[0],
      ...profile('Adam'),
    });
    await adam.typingOn(CUSTOMER);
    await adam.sendText(CUSTOMER, 'one');
    await client.sendText(CUSTOMER, 'from the Page');
    const { sendText } = adam;
    await client.withPersona(null, () => sendText(CUSTOMER, 'two'));
    await adam.release();
    expect(shown(emulator)).toEqual([
      'Adam: [typing_on]',
      'Adam: one',
      'Page: from the Page',
      'Adam: two',
    ]);
    expect(wire(emulator).filter((call) => !/messages/.test(call))).toEqual([
      'GET /me',
      'POST /me/personas',
      'DELETE',
    ]);
    expect(alive(emulator)).toEqual([]);
  });

  test('is released at the end of the block of its `await using`, also after an error', async () => {
    const { emulator, client } = await start();
    const talk = async () => {
      await using adam = await client.createEphemeralPersona(profile('Adam'));
      await adam.sendText(CUSTOMER, 'hi');
      expect(alive(emulator)).toEqual(['Adam']);
      throw new Error('no such order');
    };
    await expect(talk()).rejects.toThrow('no such order');
    expect(alive(emulator)).toEqual([]);
  });

  test('is released once, however often release() is called', async () => {
    const { emulator, client, plugin } = await start();
    const adam = await client.createEphemeralPersona(profile('Adam'));
    const other = await client.createEphemeralPersona(profile('Adam'));
    await Promise.all([
      adam.release(),
      adam[Symbol.asyncDispose](),
      adam.release(),
    ]);
    await adam.release();
    expect(alive(emulator)).toEqual(['Adam']);
    await other.release();
    expect(wire(emulator)).toEqual(['GET /me', 'POST /me/personas', 'DELETE']);
    expect(plugin.stats()).toMatchObject({ created: 1, deleted: 1 });
  });

  test('sends what was begun before its release, awaited or not', async () => {
    const { emulator, client } = await start();
    emulator.fail({ path: '/me/messages', delayMs: 50 });
    const adam = await client.createEphemeralPersona(profile('Adam'));
    void adam.sendText(CUSTOMER, 'one');
    void adam.sendImage(CUSTOMER, Buffer.from('a picture'), {
      filename: 'a.png',
    });
    await adam.release();
    expect(shown(emulator).sort()).toEqual(['Adam: [image]', 'Adam: one']);
    expect(wire(emulator).at(-1)).toBe('DELETE');
  });

  test('waits at its release for a wrapper that was put around a method of the client', async () => {
    const { emulator, client } = await start();
    const { opened, open } = gate();
    const { sendText } = client;
    jest.spyOn(client, 'sendText').mockImplementation(async (...args) => {
      await opened;
      return sendText.call(client, ...args);
    });
    const adam = await client.createEphemeralPersona(profile('Adam'));
    const sending = adam.sendText(CUSTOMER, 'one');
    const released = adam.release();
    await client.typingOn(CUSTOMER);
    open();
    await Promise.all([sending, released]);
    expect(shown(emulator)).toEqual(['Page: [typing_on]', 'Adam: one']);
    expect(wire(emulator)).toEqual([
      'GET /me',
      'POST /me/personas',
      'POST /me/messages',
      'POST /me/messages',
      'DELETE',
    ]);
  });

  test('sends nothing after release() was called, even before that has resolved', async () => {
    const { emulator, client } = await start();
    const adam = await client.createEphemeralPersona(profile('Adam'));
    const { sendText, typingOn } = adam;
    const last = adam.sendText(CUSTOMER, 'one');
    const released = adam.release();
    const late = [
      sendText(CUSTOMER, 'two'),
      adam.sendText(CUSTOMER, 'three'),
      typingOn(CUSTOMER),
    ];
    for (const sending of late) {
      await expect(sending).rejects.toThrow(ReleasedHandleError);
    }
    await last;
    await released;
    await expect(adam.sendText(CUSTOMER, 'four')).rejects.toMatchObject({
      name: 'ReleasedHandleError',
      persona: 'Adam',
      message: expect.stringContaining('"Adam"') as string,
    });
    expect(shown(emulator)).toEqual(['Adam: one']);
  });

  test('shares its persona with blocks and other handles until the last one ends', async () => {
    const { emulator, client } = await start();
    const one = await client.createEphemeralPersona(profile('Adam'));
    const two = await client.createEphemeralPersona(profile('Adam'));
    expect(two.persona).toEqual(one.persona);
    await one.release();
    await client.withEphemeralPersona(profile('Adam'), async () => {
      await client.sendText(CUSTOMER, 'in a block');
    });
    await two.sendText(CUSTOMER, 'still');
    expect(alive(emulator)).toEqual(['Adam']);
    await client.withEphemeralPersona(profile('Adam'), async () => {
      await two.release();
      expect(alive(emulator)).toEqual(['Adam']);
    });
    expect(alive(emulator)).toEqual([]);
    expect(
      calls(emulator).filter((call) => call === 'POST /me/personas'),
    ).toHaveLength(1);
  });

  test('is the speaker in every block, and next to every other speaker', async () => {
    const { emulator, client } = await start();
    const ids = await createPersonas(emulator, ['Bea']);
    await using adam = await client.createEphemeralPersona(profile('Adam'));
    await using eve = await client.createEphemeralPersona(profile('Eve'));
    await client.withPersona(ids.Bea, () =>
      client.withEphemeralPersona(profile('Cyd'), async () => {
        await adam.sendText(CUSTOMER, '1');
        await client.sendText(CUSTOMER, '2');
        await eve.sendText(CUSTOMER, '3');
      }),
    );
    expect(shown(emulator)).toEqual(['Adam: 1', 'Cyd: 2', 'Eve: 3']);
  });

  test('does not live longer because its ID is used elsewhere', async () => {
    const { emulator, client, onRefused } = await start();
    const adam = await client.createEphemeralPersona(profile('Adam'));
    const { id } = adam.persona;
    await client.withPersona(id, async () => {
      await client.sendText(CUSTOMER, 'one');
      await adam.release();
      expect(alive(emulator)).toEqual([]);
      await client.sendText(CUSTOMER, 'two');
    });
    expect(shown(emulator)).toEqual(['Adam: one', 'Page: two']);
    expect(onRefused).toHaveBeenCalledTimes(1);
  });

  test('continues with another persona if its own was deleted elsewhere', async () => {
    const { emulator, client, onRefused } = await start();
    const adam = await client.createEphemeralPersona(profile('Adam'));
    const first = adam.persona.id ?? '';
    await deletePersona(emulator, first);
    await adam.sendText(CUSTOMER, 'hi');
    const [second] = personaIds(emulator, 'Adam');
    expect(second).not.toBe(first);
    expect(adam.persona.id).toBe(second);
    expect(shown(emulator)).toEqual(['Adam: hi']);
    expect(onRefused).not.toHaveBeenCalled();
    await adam.release();
    expect(alive(emulator)).toEqual([]);
  });

  test('speaks as the Page if Messenger refuses to create the persona, which is reported once', async () => {
    const { emulator, client, onRefused } = await start();
    emulator.fail({
      path: '/me/personas',
      method: 'POST',
      status: 400,
      error: { code: 100, message: 'Invalid parameter' },
    });
    const adam = await client.createEphemeralPersona(profile('Adam'));
    expect(adam.persona).toEqual({ id: null, ...profile('Adam') });
    await adam.sendText(CUSTOMER, 'one');
    await adam.sendText(CUSTOMER, 'two');
    await adam.release();
    await expect(adam.sendText(CUSTOMER, 'three')).rejects.toThrow(
      ReleasedHandleError,
    );
    expect(shown(emulator)).toEqual(['Page: one', 'Page: two']);
    expect(onRefused).toHaveBeenCalledTimes(1);
    expect(wire(emulator)).not.toContain('DELETE');
  });

  test('rejects with refusedPersona "throw"', async () => {
    const { emulator, client } = await start({ refusedPersona: 'throw' });
    emulator.fail({
      path: '/me/personas',
      method: 'POST',
      status: 400,
      error: { code: 100, message: 'Invalid parameter' },
    });
    await expect(
      client.createEphemeralPersona(profile('Adam')),
    ).rejects.toMatchObject({
      name: 'PersonaRefusedError',
      reason: 'not-created',
    });
    expect(shown(emulator)).toEqual([]);
  });

  test.each([
    ['no profile', undefined],
    ['an empty name', { ...profile('Adam'), name: '' }],
    ['an unknown key', { ...profile('Adam'), picture: 'a.png' }],
  ])('is not returned for %s, and nothing is sent', async (_what, given) => {
    const { emulator, client } = await start();
    await expect(client.createEphemeralPersona(given as never)).rejects.toThrow(
      InvalidProfileError,
    );
    expect(wire(emulator)).toEqual([]);
  });

  test('lets its persona linger after the release, as after a block', async () => {
    const { emulator, client, plugin } = await start({
      ephemeral: { lingerMs: 60_000 },
    });
    const adam = await client.createEphemeralPersona(profile('Adam'));
    await adam.release();
    expect(alive(emulator)).toEqual(['Adam']);
    await using again = await client.createEphemeralPersona(profile('Adam'));
    expect(again.persona).toEqual(adam.persona);
    await plugin.close();
    expect(alive(emulator)).toEqual([]);
  });
});

describe('close()', () => {
  test('releases all handles, after their pending sends', async () => {
    const { emulator, client, plugin, onCleanupError } = await start();
    emulator.fail({ path: '/me/messages', delayMs: 50 });
    const adam = await client.createEphemeralPersona(profile('Adam'));
    const same = await client.createEphemeralPersona(profile('Adam'));
    const eve = await client.createEphemeralPersona(profile('Eve'));
    void adam.sendText(CUSTOMER, 'bye');
    await plugin.close();
    expect(shown(emulator)).toEqual(['Adam: bye']);
    expect(wire(emulator).at(-1)).toBe('DELETE');
    expect(alive(emulator)).toEqual([]);
    for (const handle of [adam, same, eve]) {
      await expect(handle.sendText(CUSTOMER, 'late')).rejects.toThrow(
        ReleasedHandleError,
      );
      await handle.release();
    }
    expect(onCleanupError).not.toHaveBeenCalled();
    expect(plugin.stats()).toMatchObject({ created: 2, deleted: 2 });
  });

  test.each(['GET /me', 'POST /me/personas'])(
    'waits for a handle that is being created, at %s, and releases it',
    async (slow) => {
      const { emulator, client, plugin } = await start();
      const [method = '', path = ''] = slow.split(' ');
      emulator.fail({ method, path, delayMs: 100 });
      const arrived = nextRequest(slow);
      const signingIn = client.createEphemeralPersona(profile('Adam'));
      await arrived;
      await plugin.close();
      expect(wire(emulator)).toEqual([
        'GET /me',
        'POST /me/personas',
        'DELETE',
      ]);
      const adam = await signingIn;
      await expect(adam.sendText(CUSTOMER, 'late')).rejects.toThrow(
        ReleasedHandleError,
      );
      expect(shown(emulator)).toEqual([]);
    },
  );

  test('makes later createEphemeralPersona() calls create nothing', async () => {
    const { emulator, client, plugin } = await start();
    await plugin.close();
    const creating = client.createEphemeralPersona(profile('Adam'));
    await expect(creating).rejects.toThrow(ReleasedHandleError);
    await expect(creating).rejects.toThrow('or the plugin was closed');
    expect(wire(emulator)).toEqual([]);
  });
});

describe('a handle of a context', () => {
  const MODES = [
    ['directly', {}],
    ['in batch mode', { batchDelayMs: 20 }],
  ] as const;

  test.each(MODES)('speaks in its conversation, %s', async (_mode, setup) => {
    const bot = await startBot({ plugins: [personas()], ...setup });
    const kept: EphemeralPersonaHandle<PersonaContext>[] = [];
    await bot.run(async (context) => {
      const adam = await context.createEphemeralPersona(profile('Adam'));
      kept.push(adam);
      await adam.sendText('in the event');
      await context.sendText('from the Page');
      await adam.typing(1);
    });
    await kept[0]?.sendText('after the event');
    await kept[0]?.release();
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual([
      'Adam: in the event',
      'Page: from the Page',
      'Adam: [typing_on]',
      'Adam: [typing_off]',
      'Adam: after the event',
    ]);
    expect(alive(bot.emulator)).toEqual([]);
  });

  test('creates nothing for events that Bottender does not answer', async () => {
    const bot = await startBot({ plugins: [personas()] });
    await bot.runHere(
      async (context) => {
        await using adam = await context.createEphemeralPersona(
          profile('Adam'),
        );
        expect(adam.persona).toEqual({ id: 'Adam', ...profile('Adam') });
        const warned = jest.spyOn(console, 'error').mockReturnValue();
        await adam.sendText('dropped');
        warned.mockRestore();
      },
      CUSTOMER,
      { message: { mid: 'm_1', text: 'hi', is_echo: true } },
    );
    expect(bot.errors).toEqual([]);
    expect(calls(bot.emulator)).toEqual([]);
  });

  test('after its release, typing of a waiting method is sent as the Page, and a message creates the persona again', async () => {
    const later = gate();
    const sent = gate();
    const bot = await startBot({
      plugins: [
        personas(),
        (context) => {
          const { sendText } = context;
          context.sendText = async (text: string) => {
            void later.opened.then(async () => {
              await context.typingOn();
              await sendText.call(context, text);
              sent.open();
            });
            return Promise.resolve({} as never);
          };
        },
      ],
    });
    await bot.run(async (context) => {
      await using adam = await context.createEphemeralPersona(profile('Adam'));
      await adam.sendText('by the way');
    });
    expect(alive(bot.emulator)).toEqual([]);
    later.open();
    await sent.opened;
    expect(shown(bot.emulator)).toEqual([
      'Page: [typing_on]',
      'Adam: by the way',
    ]);
    await bot.emulator.waitFor(() => alive(bot.emulator).length === 0);
  });

  test('has a profile and no ID on LINE', async () => {
    const line = await startOn('line', { plugins: [personas()] });
    const received = await line.run(
      async (context: PersonaContext<LineContext>) => {
        const adam = await context.createEphemeralPersona(profile('Adam'));
        expect(adam.persona.id).toBe('Adam');
        await adam.replyText('hi');
        await adam.release();
        await expect(adam.replyText('late')).rejects.toThrow(
          ReleasedHandleError,
        );
      },
    );
    expect(line.errors).toEqual([]);
    expect(received.map(({ body }) => body.messages)).toEqual([
      [
        {
          type: 'text',
          text: 'hi',
          sender: {
            name: 'Adam',
            iconUrl: profile('Adam').profilePictureUrl,
          },
        },
      ],
    ]);
  });

  test('works with methods of a subclass', async () => {
    class OwnContext extends MessengerContext {
      #greeting = 'good evening';
      async sendGreeting() {
        await new Promise(setImmediate);
        await this.sendText(this.#greeting);
      }
    }
    const bot = await startBot({
      plugins: [personas()],
      contextClass: OwnContext,
    });
    await bot.run(async (context) => {
      await using adam = await context.createEphemeralPersona(profile('Adam'));
      await (adam as typeof adam & OwnContext).sendGreeting();
    });
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual(['Adam: good evening']);
    expect(alive(bot.emulator)).toEqual([]);
  });
});

type Step =
  | { does: 'sign in'; name: string }
  | { does: 'say' | 'say and forget' | 'sign out'; agent: number }
  | { does: 'block'; name: string };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    does: fc.constant('sign in' as const),
    name: fc.constantFrom('Adam', 'Eve'),
  }),
  fc.record({
    does: fc.constantFrom(
      'say' as const,
      'say and forget' as const,
      'sign out' as const,
    ),
    agent: fc.nat({ max: 3 }),
  }),
  fc.record({
    does: fc.constant('block' as const),
    name: fc.constantFrom('Adam', 'Eve'),
  }),
);

test('agents who sign in, talk and sign out at the same time never appear as the wrong persona, and leave none behind', async () => {
  const { emulator, client, onRefused, onCleanupError } = await start();
  emulator.fail({ path: '/me/messages', delayMs: 2 });
  let id = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(step, { maxLength: 8 }), {
        minLength: 1,
        maxLength: 3,
      }),
      async (shifts) => {
        const before = shown(emulator).length;
        const expected: string[] = [];
        const say = (
          name: string,
          send: (text: string) => Promise<unknown>,
        ) => {
          const text = String((id += 1));
          expected.push(`${name}: ${text}`);
          return send(text);
        };
        await Promise.all(
          shifts.map(async (steps) => {
            const agents: EphemeralPersonaHandle<typeof client>[] = [];
            const forgotten: Promise<unknown>[] = [];
            for (const { does, ...given } of steps) {
              if ('name' in given) {
                const { name } = given;
                if (does === 'sign in') {
                  const made = client.createEphemeralPersona(profile(name));
                  agents.push(await made);
                  continue;
                }
                await client.withEphemeralPersona(profile(name), () =>
                  say(name, (text) => client.sendText(CUSTOMER, text)),
                );
                continue;
              }
              const agent = agents[given.agent];
              if (!agent) continue;
              if (does === 'sign out') {
                agents.splice(given.agent, 1);
                forgotten.push(agent.release());
                continue;
              }
              const saying = say(agent.persona.name, (text) =>
                agent.sendText(CUSTOMER, text),
              );
              if (does === 'say') await saying;
              else forgotten.push(saying);
            }
            for (const agent of agents) await agent.release();
            await Promise.all(forgotten);
          }),
        );
        expect(shown(emulator).slice(before).sort()).toEqual(expected.sort());
        expect(alive(emulator)).toEqual([]);
      },
    ),
    { numRuns: runs(40) },
  );
  expect(onRefused).not.toHaveBeenCalled();
  expect(onCleanupError).not.toHaveBeenCalled();
});
