import { personas } from 'bottender-persona';

import { startBot } from '../support/bot';
import { firstCells, read } from '../support/docs';
import { shown } from '../support/emulatorState';
import { createPersonas } from '../support/personas';
import { describeWithRedis } from '../support/redis';
import { WAYS, type Way } from './asyncPaths';

const PAGE = 'docs/scopes-and-queues.md';
const HEADING = 'What follows a scope';
const NAMES = ['Adam', 'Bea', 'Cyd'] as const;

/** What the table may say, with who then speaks. */
const SAYINGS: Record<string, string[]> = {
  'each as its own': ['Adam: Adam', 'Bea: Bea', 'Cyd: Cyd'],
  'all as the first': ['Adam: Adam', 'Adam: Bea', 'Adam: Cyd'],
  'all as the Page': ['Page: Adam', 'Page: Bea', 'Page: Cyd'],
};

/** Three blocks hand their sends over; gives who was shown with whose text. */
async function play(
  start: () => Way | Promise<Way>,
  withAs: boolean,
): Promise<string[]> {
  const bot = await startBot({ plugins: [personas()] });
  const ids = await createPersonas(bot.emulator, NAMES);
  const way = await start();
  try {
    await bot.run(async (context) => {
      await Promise.all(
        NAMES.map((name) =>
          context.withPersona(ids[name], async () => {
            const speaker = withAs ? context.as() : context;
            await way.hand(() => speaker.sendText(name));
          }),
        ),
      );
      await way.after?.();
    });
  } finally {
    await way.close?.();
  }
  expect(bot.errors).toEqual([]);
  return shown(bot.emulator).sort((one, other) =>
    textOf(one).localeCompare(textOf(other)),
  );
}

function textOf(line: string): string {
  return line.split(': ')[1] ?? '';
}

describeWithRedis(PAGE, () => {
  test('docs/scopes-and-queues.md lists the ways that are tested here, and no others', () => {
    expect(firstCells(PAGE, HEADING)).toEqual(Object.keys(WAYS));
  });

  test.each(Object.entries(WAYS))(
    '%s: keeps the scope as the table says',
    async (name, way) => {
      const row = read(PAGE)
        .split('\n')
        .find((line) => line.startsWith(`| ${name} `));
      const [, , inBlock = '', withAs = ''] =
        row?.split('|').map((cell) => cell.trim()) ?? [];
      expect(withAs).toBe('each as its own');
      expect(await play(way, false)).toEqual(SAYINGS[inBlock]);
      expect(await play(way, true)).toEqual(SAYINGS[withAs]);
    },
  );
});
