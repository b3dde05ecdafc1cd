import { EventEmitter } from 'node:events';

import { personas, type Personas } from 'bottender-persona';
import { Keyv } from 'keyv';

import {
  APP_SECRET,
  CUSTOMER,
  OTHER_PAGE,
  PAGE,
  startBot,
} from './support/bot';
import { typeErrors } from './support/docs';
import { faces, profile } from './support/faces';
import { ReadmeCode } from './support/readme';
import { leaveLease } from './support/stores';
import { alive, shown } from './support/wire';

const code = new ReadmeCode((section) => section === 'Recipes');

describe('README.md, the recipe for', () => {
  it('hand-over', async () => {
    const texts = ['hi', 'agent', 'Pears', 'agent', 'bye', 'hi'];
    const config = code.config('handover-config');
    const handOver = [
      'Page: One moment, I am getting a colleague.',
      'Adam Z.: Adam here.',
    ];
    expect(await code.answers('handover', texts, config)).toEqual([
      'Page: Write "agent" to talk to somebody.',
      ...handOver,
      'Adam Z.: About "Pears": let me see.',
      ...handOver,
      'Adam Z.: Goodbye!',
      'Page: You are with the bot again.',
      'Page: Write "agent" to talk to somebody.',
    ]);
  });

  it('a specialist', async () => {
    expect(await code.answers('specialist', ['pears', 'hi'])).toEqual([
      'Dr. Pear: [typing_on]',
      'Dr. Pear: [typing_off]',
      'Dr. Pear: A pear is ripe when its neck gives to your thumb.',
      'Page: What else can I do for you?',
    ]);
  });

  it('typing', async () => {
    expect(await code.answers('typing', ['pears'])).toEqual([
      'Page: [mark_seen]',
      'Adam: [typing_on]',
      'Adam: I have looked up "pears".',
      'Adam: [typing_on]',
      'Adam: [typing_off]',
      'Adam: Anything else?',
    ]);
  });

  it('several Pages', async () => {
    const env = {
      SHOP_PAGE_ID: PAGE.id,
      SHOP_ACCESS_TOKEN: PAGE.accessToken,
      BAKERY_PAGE_ID: OTHER_PAGE.id,
      BAKERY_ACCESS_TOKEN: OTHER_PAGE.accessToken,
    };
    const config = code.config('pages-config', { process: { env } });
    const { channels } = config as unknown as {
      channels: {
        messenger: { mapPageToAccessToken: (id: string) => Promise<string> };
      };
    };
    const { mapPageToAccessToken } = channels.messenger;
    expect(await mapPageToAccessToken(PAGE.id)).toBe(PAGE.accessToken);
    expect(await mapPageToAccessToken(OTHER_PAGE.id)).toBe(
      OTHER_PAGE.accessToken,
    );

    const warn = jest.spyOn(process, 'emitWarning').mockReturnValue();
    const bot = await startBot({ ...config, severalPages: true });
    for (const { id } of [OTHER_PAGE, PAGE]) {
      await bot.run(
        async (context) => {
          await context.sendText('hi');
        },
        { pageId: id },
      );
    }
    // The ID in README.md is none of the emulator's.
    expect(shown(bot.emulator)).toEqual(['Eve: hi', 'Page: hi']);
    expect(warn.mock.calls[0]?.[0]).toMatch('"<DESK_ID>"');
    warn.mockRestore();
  });

  it('Customers without personas', async () => {
    const bot = await startBot();
    const { Adam: adam } = await faces(bot.emulator, ['Adam']);
    const config = code.config('region-config', { adam });
    const european = await code.start('region', config, { adam });
    european.emulator.setEuropean(CUSTOMER, true);
    await european.say('hi');
    await european.say('hi');
    expect(shown(european.emulator)).toEqual([
      'Page: Hello!',
      'Page: Adam: Hello!',
    ]);
    const refused = european.emulator
      .state()
      .requests.filter(({ error }) => error);
    expect(refused).toHaveLength(1);
  });

  it('Redis, and ends well', async () => {
    const exit = jest.fn();
    const process = Object.assign(new EventEmitter(), { exit });
    // Without a server, as where it is away when a bot starts.
    const console = { error: jest.fn() };
    const config = code.config('redis', { process, console });
    expect(config.plugins).toHaveLength(1);
    const exited = new Promise((resolve) => exit.mockImplementation(resolve));
    process.emit('SIGTERM');
    await exited;
    expect(exit).toHaveBeenCalledTimes(1);
  });

  it('a sweep', async () => {
    const store = new Keyv();
    const plugin: Personas = personas({ store });
    const { emulator } = await startBot();
    const { Guest, Ghost } = await faces(emulator, ['Guest', 'Ghost']);
    await leaveLease(store, { id: Guest, name: 'Guest' });
    await leaveLease(store, { id: null, name: 'Ghost' });
    const { origin } = emulator;
    const { accessToken } = PAGE;
    const messenger = { accessToken, appSecret: APP_SECRET, origin };
    const config = { plugins: [plugin], channels: { messenger } };
    const log = jest.fn();
    const App = code.run('sweep', {
      modules: { './bottender.config': config },
      console: { log },
    }) as () => Promise<void>;
    await App();
    expect(alive(emulator)).toEqual(['Ghost']);
    expect(log.mock.calls).toEqual([
      ['1 deleted'],
      [`Ghost (${Ghost}) may have been left behind`],
    ]);
  });

  it('typed names', async () => {
    const plugins = [personas({ directory: { adam: profile('Adam') } })];
    expect(await code.answers('names', ['hi'], { plugins })).toEqual([
      'Adam: Adam here.',
    ]);
    const block = code.block('names');
    const misspelt = block.code.replace("'adam')", "'adma')");
    expect(typeErrors([{ ...block, code: misspelt }])).toEqual([
      expect.stringMatching(`'"adma"'.*not assignable`),
    ]);
  });
});

it('README.md has no recipe whose code is not run here', () => {
  expect(code.left).toEqual([]);
});
