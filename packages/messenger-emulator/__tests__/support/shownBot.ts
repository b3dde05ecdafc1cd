import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { codeBlocks } from '../../../../__tests__/support/docs';

import type { PlainAppOptions } from './plainMessengerApp';

const PAGE = 'packages/messenger-emulator/docs/languages.md';

interface Language {
  /** Debian's has the packages that apt installs; another may stand before it on the PATH. */
  programs: string[];
  /** Succeeds where everything is there that the bot needs. */
  check: string[];
  packages: string;
  file: string;
  run: (file: string) => string[];
  /** What is printed when it is ready, with its port. */
  ready: RegExp;
}

const LANGUAGES = {
  python: {
    programs: ['python3', '/usr/bin/python3'],
    check: ['-c', 'import requests'],
    packages: 'python3-requests',
    file: 'bot.py',
    run: (file) => [file],
    ready: /port (\d+)/,
  },
  php: {
    programs: ['php', '/usr/bin/php'],
    check: ['-r', 'json_encode(1);'],
    packages: 'php-cli',
    file: 'webhook.php',
    run: (file) => ['-S', '127.0.0.1:0', file],
    ready: /:(\d+)\) started/,
  },
  ruby: {
    programs: ['ruby', '/usr/bin/ruby'],
    check: ['-e', 'require "webrick"'],
    packages: 'ruby',
    file: 'bot.rb',
    run: (file) => [file],
    ready: /#start: pid=\d+ port=(\d+)/,
  },
} satisfies Record<string, Language>;

export type LanguageName = keyof typeof LANGUAGES;

const found = new Map<LanguageName, string | undefined>();

function programFor(name: LanguageName): string | undefined {
  if (!found.has(name)) {
    const { programs, check } = LANGUAGES[name];
    const works = (program: string) => spawnSync(program, check).status === 0;
    found.set(name, programs.find(works));
  }
  return found.get(name);
}

/** Whether a bot in this language can run here; with `CI=true` one in Python has to. */
export function runs(name: LanguageName): boolean {
  const mustRun = name === 'python' && process.env.CI === 'true';
  if (mustRun || programFor(name) !== undefined) return true;
  const { packages } = LANGUAGES[name];
  console.warn(
    `The test of the bot in ${name} needs it: apt-get install ${packages}.`,
  );
  return false;
}

/** A bot that docs/languages.md shows, as a child process. */
export class ShownBot {
  readonly #folder = fs.mkdtempSync(path.join(os.tmpdir(), 'shown-bot-'));
  #child: ChildProcess | undefined;

  constructor(
    private readonly language: LanguageName,
    private readonly options: PlainAppOptions,
  ) {}

  /** @returns the URL of its webhook, when it is ready. */
  async start(): Promise<string> {
    const { programs, file, run, ready } = LANGUAGES[this.language];
    const script = path.join(this.#folder, file);
    const shown = codeBlocks(PAGE).find(
      ({ language }) => language === this.language,
    );
    fs.writeFileSync(script, shown?.code ?? '');
    const { graphOrigin, appId, appSecret, pageId, pageToken, verifyToken } =
      this.options;
    const child = spawn(
      programFor(this.language) ?? programs[0] ?? '',
      run(script),
      {
        env: {
          ...process.env,
          PORT: '0',
          MESSENGER_ORIGIN: graphOrigin,
          MESSENGER_APP_ID: appId,
          MESSENGER_APP_SECRET: appSecret,
          MESSENGER_PAGE_ID: pageId,
          MESSENGER_ACCESS_TOKEN: pageToken,
          MESSENGER_VERIFY_TOKEN: verifyToken,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    this.#child = child;
    let printed = '';
    const port = await new Promise<string>((resolve, reject) => {
      const look = (part: Buffer) => {
        const match = ready.exec((printed += part.toString()));
        if (match) resolve(match[1] ?? '');
      };
      child.stdout.on('data', look);
      child.stderr.on('data', look);
      child.once('error', reject);
      child.once('close', () => reject(new Error(`It ended:\n${printed}`)));
    });
    return `http://127.0.0.1:${port}/webhook`;
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child?.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'close');
    }
    fs.rmSync(this.#folder, { recursive: true, force: true });
  }
}
