import type { Context } from 'bottender';
import { personas, withPersona, type PersonaContext } from 'bottender-persona';
import Keyv from 'keyv';

import { startBot } from '../support/bot';
import { shown } from '../support/emulatorState';
import { createPersonas, profile } from '../support/personas';

/** A context of a Bottender that has hardly any methods yet. */
class BareContext {
  readonly event = {};
  readonly session = null;
  readonly sent: unknown[] = [];

  constructor(readonly platform = 'messenger') {}

  sendText(...args: unknown[]): Promise<void> {
    this.sent.push(args);
    return Promise.resolve();
  }
}

async function install<C extends object>(bare: C): Promise<C & PersonaContext> {
  await personas()(bare as C & Context);
  return bare as C & PersonaContext;
}

describe('an installed personas()', () => {
  test('adds no methods that the context lacks', async () => {
    const context = await install(new BareContext());
    await context.withPersona('1', () => context.sendText('hi'));
    expect(context.sent).toEqual([['hi', { personaId: '1' }]]);
    expect('sendImage' in context).toBe(false);
    expect('typing' in context).toBe(false);
  });

  test('adds one property to a context of Bottender, which is not enumerable, and changes no values to accessors', async () => {
    let before: string[] = [];
    const look = (context: PersonaContext) => {
      Object.assign(context, { note: 'VIP', _own: () => undefined });
      before = Object.getOwnPropertyNames(context);
    };
    const bot = await startBot({ plugins: [look, personas()] });
    await bot.run((context) => {
      const added = Object.getOwnPropertyNames(context).slice(before.length);
      expect(added).toEqual(['_personas']);
      expect(Object.keys(context)).toEqual(before);
      const all = Object.values(Object.getOwnPropertyDescriptors(context));
      expect(all.filter((property) => !('value' in property))).toEqual([]);
    });
    expect(bot.errors).toEqual([]);
  });

  test('is installed once: a second one sweeps nothing, not even after close()', async () => {
    const store = new Keyv();
    const read = jest.spyOn(store, 'get');
    const plugin = personas({ store });
    const bot = await startBot({ plugins: [plugin] });
    await bot.run(async (context) => {
      await plugin.close();
      const before = read.mock.calls.length;
      expect(before).toBeGreaterThan(0);
      await withPersona('1', () => undefined)(context, {});
      await new Promise(setImmediate);
      expect(read).toHaveBeenCalledTimes(before);
    });
    expect(bot.errors).toEqual([]);
  });

  test('works on a mock with a session and a client, without an event', async () => {
    const sendText = jest.fn<Promise<void>, unknown[]>();
    const context = await install({
      platform: 'messenger',
      session: { user: { id: '1' } },
      client: { createPersona: jest.fn() },
      sendText,
    });
    await context.withPersona('1', () => context.sendText('hi'));
    expect(sendText.mock.calls).toEqual([['hi', { personaId: '1' }]]);
  });

  test('has methods that can be replaced, like those of a class', async () => {
    const context = await install(new BareContext());
    const sendText = jest.fn();
    context.sendText = sendText;
    await context.sendText('hi');
    expect(sendText).toHaveBeenCalledWith('hi');
    const front = Object.getPrototypeOf(context) as object;
    for (const name of ['sendText', 'usePersona', 'persona']) {
      const descriptor = Object.getOwnPropertyDescriptor(front, name);
      expect(descriptor?.configurable).toBe(true);
    }
  });

  test('wraps the context’s own methods, and no other properties', async () => {
    const bare = new BareContext();
    const own = jest.fn();
    Object.assign(bare, { sendText: own, sendImage: undefined });
    const context = await install(bare);
    await context.withPersona('1', () => context.sendText('hi'));
    expect(own.mock.calls).toEqual([['hi', { personaId: '1' }]]);
    expect(context.sendImage).toBeUndefined();
  });

  test('wraps the methods of each context, whatever earlier contexts had', async () => {
    const own = jest.fn();
    const plain = { plain: true };
    const none = { sendText: undefined };
    for (const given of [plain, { sendText: own }, none, { sendText: own }]) {
      const bare = new BareContext();
      Object.assign(bare, given);
      const context = await install(bare);
      await context.withPersona('1', () => context.sendText?.('hi'));
    }
    const sent = ['hi', { personaId: '1' }];
    expect(own.mock.calls).toEqual([sent, sent]);
  });

  test('rejects for a value that is not a context', async () => {
    const frozen = Object.freeze(new BareContext());
    const installing = personas()(frozen as unknown as Context);
    await expect(installing).rejects.toThrow(TypeError);
  });

  test('has scopes on a mock without a platform', async () => {
    const sendText = jest.fn();
    const context = { sendText } as unknown as PersonaContext;
    await personas()(context);
    await context.withPersona('1', async (inner) => {
      expect(inner.persona).toBe('1');
      await inner.sendText('hi');
    });
    expect(sendText.mock.calls).toEqual([['hi']]);
  });

  test('does nothing on an unknown platform', async () => {
    const context = await install(new BareContext('telegram'));
    await context.withPersona('1', () => context.sendText('hi'));
    expect(context.sent).toEqual([['hi']]);
    await context.withPersona('1', () => {
      expect(context.persona).toBe('1');
    });
  });
});

describe('a Bottender before 1.5', () => {
  /** Then the class of all contexts had no `typing`, and each channel's had its own. */
  class OldContext {
    readonly event = {};
    readonly session = null;
    readonly sent: unknown[] = [];

    setState(): void {}
  }
  class OldChannelContext extends OldContext {
    constructor(readonly platform: string) {
      super();
    }

    typing(): void {}

    sendText(...args: unknown[]): void {
      this.sent.push(args);
    }
  }
  class NewContext extends OldContext {
    override setState(): void {}

    typing(): void {}
  }
  class NewChannelContext extends NewContext {
    readonly platform = 'telegram';

    sendText(...args: unknown[]): void {
      this.sent.push(args);
    }
  }

  const say = async (plugin: ReturnType<typeof personas>, bare: OldContext) => {
    await plugin(bare as unknown as Context);
    const context = bare as unknown as PersonaContext & OldContext;
    await context.withPersona('adam', () => context.sendText('hi'));
    expect(context.persona).toBeNull();
    return context.sent;
  };
  const adam = { name: 'Adam', profilePictureUrl: 'https://example.com/a.png' };
  const signText = (text: string) => `Adam: ${text}`;

  test('shows personas on Messenger only, and warns once per channel', async () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation();
    const plugin = personas({ directory: { adam }, signText });
    for (const platform of ['telegram', 'line', 'line']) {
      const sent = await say(plugin, new OldChannelContext(platform));
      expect(sent).toEqual([['hi']]);
    }
    const sent = await say(plugin, new NewChannelContext());
    expect(sent).toEqual([['Adam: hi']]);
    const warnings = warn.mock.calls.map(([warning]) => String(warning));
    warn.mockRestore();
    expect(warnings).toEqual([
      expect.stringMatching(
        /^Telegram shows personas from Bottender 1\.5 on\./,
      ),
      expect.stringMatching(/^LINE shows personas from Bottender 1\.5 on\./),
    ]);
    const onMessenger = await install(new OldChannelContext('messenger'));
    await onMessenger.withPersona('1', () => onMessenger.sendText('hi'));
    expect(onMessenger.sent).toEqual([['hi', { personaId: '1' }]]);
  });
});

test('a persona of Bottender’s own usePersona is respected, and ends with a block', async () => {
  let id = '';
  const bot = await startBot({
    plugins: [(context) => context.usePersona(id), personas()],
  });
  const { Adam } = await createPersonas(bot.emulator, ['Adam']);
  id = Adam;
  await bot.run(async (context) => {
    expect(context.persona).toBe(Adam);
    await context.sendText('one');
    await context.withPersona(null, () => context.sendText('two'));
  });
  expect(bot.errors).toEqual([]);
  expect(shown(bot.emulator)).toEqual(['Adam: one', 'Page: two']);
});

test('Bottender’s own usePersona has no effect if it was not called before', async () => {
  const bot = await startBot({ plugins: [personas({ initialPersona: '7' })] });
  await bot.run((context) => {
    expect(context.persona).toBe('7');
  });
  expect(bot.errors).toEqual([]);
});

test('a context that is created from another one has its personas', async () => {
  const adam = profile('Adam');
  const bot = await startBot({ plugins: [personas({ directory: { adam } })] });
  await bot.run(async (context) => {
    const derived = Object.create(context) as PersonaContext;
    const one = withPersona('adam', async () => {
      await derived.sendText('one');
    });
    await one(derived, {});
    await context.withPersona('adam', () => derived.sendText('two'));
    await derived.sendText('three');
  });
  expect(bot.errors).toEqual([]);
  expect(shown(bot.emulator)).toEqual([
    'Adam: one',
    'Adam: two',
    'Page: three',
  ]);
});
