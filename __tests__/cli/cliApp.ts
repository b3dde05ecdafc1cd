import { spawn, type ChildProcess } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';

import type { DirectoryEntries } from 'bottender-persona';

import { APP_SECRET, OTHER_PAGE, PAGE } from '../support/pages';
import { installPackage, type Installation } from './cliInstall';
import { CommandHost, plainEnvironment, type Ended } from './commandHost';
import { FolderStore } from './folderStore';

export type { Ended } from './commandHost';

/** A command that runs. */
export interface Running {
  readonly child: ChildProcess;
  /** Resolves when what it has printed, to stdout and stderr, matches. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  readonly ended: Promise<Ended>;
}

export interface AppSetup {
  directory?: DirectoryEntries;
  /** Whether personas() has a store; it does unless told. */
  store?: boolean;
  /** The code of bottender.config.js, instead of the usual one. */
  config?: string;
  /** The lines of `.env`, instead of the usual ones. */
  env?: Record<string, string>;
}

/** A Bottender app in a folder of its own, to run commands in. */
export interface CliApp {
  readonly folder: string;
  /** The store that the app's personas() has. */
  readonly store: FolderStore;
  setDirectory(directory: DirectoryEntries): void;
  /** Puts a file into its folder. */
  write(name: string, text: string): void;
  /** Runs it in a process that has run others: see `CommandHost`. */
  run(...args: string[]): Promise<Ended>;
  /** With `--json`: what it printed, when its exit status was this. */
  json<T>(status: number, ...args: string[]): Promise<T>;
  /** Runs it in a process of its own. */
  start(args: string[], env?: Record<string, string>): Running;
  /** Runs it on a terminal, 100 characters wide. */
  onTerminal(args: string[], env?: Record<string, string>): Running;
}

const SECRETS = [PAGE, OTHER_PAGE]
  .flatMap(({ accessToken }) => [
    accessToken,
    createHmac('sha256', APP_SECRET).update(accessToken).digest('hex'),
  ])
  .concat(APP_SECRET);

let installation: Installation;
let host: CommandHost;
const children = new Set<ChildProcess>();

beforeAll(() => {
  installation = installPackage();
  host = new CommandHost(installation.command);
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
});
afterAll(() => {
  host.close();
  installation.remove();
});

/** For `config`: several Pages, each with its own token. */
export const SEVERAL_PAGES = `
const tokens = {
  [process.env.PAGE_ID]: process.env.MESSENGER_ACCESS_TOKEN,
  [process.env.OTHER_PAGE_ID]: process.env.OTHER_ACCESS_TOKEN,
};
module.exports.channels.messenger.accessToken = undefined;
module.exports.channels.messenger.mapPageToAccessToken = async (pageId) => tokens[pageId];
`;

export const USUAL_CONFIG = `
const fs = require('node:fs');
const { personas } = require('bottender-persona');
const { FolderStore } = require('folder-store');

const directory = JSON.parse(fs.readFileSync('directory.json', 'utf8'));
module.exports = {
  plugins: [
    () => undefined,
    personas({
      directory,
      store: process.env.STORE ? new FolderStore(process.env.STORE) : undefined,
    }),
  ],
  channels: {
    messenger: {
      enabled: true,
      accessToken: process.env.MESSENGER_ACCESS_TOKEN,
      appSecret: process.env.MESSENGER_APP_SECRET,
      origin: process.env.MESSENGER_ORIGIN,
    },
  },
};
`;

let apps = 0;

export function makeApp(
  origin: string,
  { directory = {}, store = true, config, env }: AppSetup = {},
): CliApp {
  apps += 1;
  const folder = path.join(installation.folder, `app-${apps}`);
  fs.mkdirSync(folder);
  const write = (name: string, text: string) =>
    fs.writeFileSync(path.join(folder, name), text);
  const setDirectory = (entries: DirectoryEntries) =>
    write('directory.json', JSON.stringify(entries));
  setDirectory(directory);
  write('bottender.config.js', config ?? USUAL_CONFIG);
  const dotenv = env ?? {
    MESSENGER_ACCESS_TOKEN: PAGE.accessToken,
    OTHER_ACCESS_TOKEN: OTHER_PAGE.accessToken,
    PAGE_ID: PAGE.id,
    OTHER_PAGE_ID: OTHER_PAGE.id,
    MESSENGER_APP_SECRET: APP_SECRET,
    MESSENGER_ORIGIN: origin,
    STORE: store ? path.join(folder, 'store') : '',
  };
  write(
    '.env',
    Object.entries(dotenv)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );

  const start: CliApp['start'] = (args, env) =>
    watch(folder, process.execPath, [installation.command, ...args], env);
  const run: CliApp['run'] = async (...args) =>
    withoutSecrets(await host.run(folder, args));
  return {
    folder,
    store: new FolderStore(path.join(folder, 'store')),
    setDirectory,
    write,
    run,
    async json<T>(status: number, ...args: string[]) {
      const ended = await run(...args, '--json');
      expect(ended).toMatchObject({ status });
      return JSON.parse(ended.stdout) as T;
    },
    start,
    onTerminal(args, env) {
      const line = [process.execPath, installation.command, ...args]
        .map((word) => `'${word}'`)
        .join(' ');
      const command = `stty cols 100; exec ${line}`;
      return watch(folder, 'script', ['-qec', command, '/dev/null'], env);
    },
  };
}

/** Whatever the command, none of them may ever be seen. */
function withoutSecrets(ended: Ended): Ended {
  for (const secret of SECRETS) {
    expect(ended.stdout).not.toContain(secret);
    expect(ended.stderr).not.toContain(secret);
  }
  return ended;
}

function watch(
  cwd: string,
  command: string,
  args: string[],
  env: Record<string, string> = {},
): Running {
  const child = spawn(command, args, {
    cwd,
    env: { ...plainEnvironment(), ...env },
  });
  children.add(child);
  const output = { stdout: '', stderr: '' };
  child.stdout
    .setEncoding('utf8')
    .on('data', (text: string) => (output.stdout += text));
  child.stderr
    .setEncoding('utf8')
    .on('data', (text: string) => (output.stderr += text));
  const ended = once(child, 'close').then(([status]: (number | null)[]) => {
    children.delete(child);
    return withoutSecrets({ status: status ?? null, ...output });
  });
  const printed = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(output.stdout + output.stderr);
        if (match) resolve(match);
      };
      child.stdout.on('data', look);
      child.stderr.on('data', look);
      child.once('close', () =>
        reject(
          new Error(
            `It ended without ${pattern.source}:\n${output.stdout}${output.stderr}`,
          ),
        ),
      );
      look();
    });
  return { child, printed, ended };
}
