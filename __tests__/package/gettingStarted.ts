import path from 'node:path';

import type { EmulatorState } from 'messenger-emulator';

import { codeBlocks, read, type CodeBlock } from '../support/docs';
import { startProgram, stateWhen } from '../support/exampleBot';
import { freePort } from '../support/freePort';
import type { PackedApp } from './packedApp';

const PAGE = 'docs/getting-started.md';

export type Language = 'JavaScript' | 'TypeScript';

/** What a reader types, and the files, of the bot in one language: the blocks for both, then its own. */
function blocks(language: Language): { steps: string[]; files: CodeBlock[] } {
  const all = [
    ...blocksUnder('## From an empty folder'),
    ...blocksUnder(`### In ${language}`),
  ];
  return {
    steps: all
      .filter((block) => block.language === 'sh')
      .flatMap(({ code }) => code.trim().split('\n')),
    files: all.filter(({ code }) => nameOf(code)),
  };
}

/** The blocks between a heading and the next. */
function blocksUnder(heading: string): CodeBlock[] {
  const lines = read(PAGE).split('\n');
  const start = lines.indexOf(heading) + 1;
  if (start === 0) throw new Error(`${PAGE} has no heading "${heading}".`);
  const next = lines.findIndex((line, at) => at >= start && /^##+ /.test(line));
  return codeBlocks(PAGE).filter(({ place }) => {
    const line = Number(place.split(':')[1]);
    return line > start && line <= next;
  });
}

/** A block that is a file begins with its name. */
function nameOf(code: string): string | undefined {
  return /^\/\/ (\S+\.\w+)\n/.exec(code)?.[1];
}

/** The packages that the page has a reader install, without versions. */
export function packagesOfThePage(language: Language): string[] {
  return blocks(language)
    .steps.filter((step) => step.startsWith('npm install '))
    .flatMap((step) => step.split(' ').slice(2))
    .filter((word) => !word.startsWith('--'))
    .map((word) => word.replace(/(?<=.)@.*$/, ''));
}

/**
 * Does what the page says, in an empty folder where its packages are installed:
 * types the steps, writes the files, starts the emulator and the bot, and writes
 * to it. Ports that are free take the place of the page's.
 *
 * @param talk what a customer writes, and how many messages answer it
 * @returns the files that were written, and the emulator's state once all is
 * answered and the persona on the fly is gone
 */
export async function playThePage(
  app: PackedApp,
  language: Language,
  talk: readonly (readonly [text: string, answers: number])[],
): Promise<{ files: string[]; state: EmulatorState }> {
  const { steps, files } = blocks(language);
  for (const step of steps) {
    if (/^(mkdir my-bot|npm install) /.test(step)) continue;
    await app.run('sh', ['-c', step]);
  }
  const names = files.map(({ code }) => nameOf(code) ?? '');
  for (const [n, { code }] of files.entries()) {
    await app.write(names[n] ?? '', code);
  }

  const [botPort, port] = [await freePort(), await freePort()];
  const bin = path.join(app.folder, 'node_modules/.bin/messenger-emulator');
  const webhook = `http://localhost:${botPort}/webhooks/messenger`;
  const emulator = startProgram(
    bin,
    ['--port', String(port), '--webhook', webhook],
    {},
    app.folder,
  );
  await emulator.printed(/Ctrl-C ends it/);
  const lines = emulator.output().match(/^MESSENGER_\w+=.*$/gm) ?? [];
  await app.write('.env', `${lines.join('\n')}\n`);

  // What is in `.env` counts only where the environment has nothing.
  const unset = Object.fromEntries(
    lines.map((line): [string, undefined] => [
      line.replace(/=.*/, ''),
      undefined,
    ]),
  );
  const bot = startProgram(
    'npm',
    ['start'],
    { PORT: String(botPort), ...unset },
    app.folder,
  );
  await bot.printed(/server is running/);
  const origin = `http://127.0.0.1:${port}`;
  let answers = 0;
  for (const [text, more] of talk) {
    const said = await fetch(`${origin}/_emulator/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ psid: '1001', text }),
    });
    expect(await said.json()).toMatchObject({ status: 200 });
    answers += more;
    await stateWhen(origin, (now) => spoken(now).length >= answers);
  }
  const state = await stateWhen(origin, ({ personas }) =>
    personas.some(({ deleted }) => deleted),
  );
  bot.signal('SIGTERM');
  emulator.signal('SIGTERM');
  await Promise.all([bot.ended, emulator.ended]);
  return { files: names, state };
}

/** The Page's messages, and who is seen to speak. */
export function spoken({ conversations }: EmulatorState): string[] {
  return conversations
    .flatMap(({ entries }) => entries)
    .filter(({ from, message }) => from !== 'user' && message)
    .map(
      ({ persona, message }) =>
        `${persona?.name ?? 'Page'}: ${message?.text ?? ''}`,
    );
}
