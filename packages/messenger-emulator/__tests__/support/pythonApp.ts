import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

import { codeBlocks } from '../../../../__tests__/support/docs';

import type { PlainAppOptions } from './plainMessengerApp';

const PAGE = 'packages/messenger-emulator/docs/languages.md';

/** Debian's has the packages that apt installs; another may stand before it on the PATH. */
const PYTHON = ['python3', '/usr/bin/python3'].find(
  (python) => spawnSync(python, ['-c', 'import requests']).status === 0,
);

/** Whether there is a Python with requests; with `CI=true` there has to be. */
export function hasPython(): boolean {
  if (PYTHON !== undefined || process.env.CI === 'true') return true;
  console.warn(
    'The test of the Python bot needs python3 and requests: apt-get install python3-requests.',
  );
  return false;
}

/** The bot in Python that docs/languages.md shows, as a child process. */
export class PythonApp {
  #child: ChildProcess | undefined;

  constructor(private readonly options: PlainAppOptions) {}

  /** Resolves when it has set itself up at Messenger. */
  async start(): Promise<void> {
    const script = codeBlocks(PAGE).find(
      ({ language }) => language === 'python',
    );
    const { graphOrigin, appId, appSecret, pageId, pageToken, verifyToken } =
      this.options;
    const child = spawn(PYTHON ?? 'python3', ['-c', script?.code ?? ''], {
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
    });
    this.#child = child;
    let printed = '';
    await new Promise<void>((resolve, reject) => {
      child.stderr.on('data', (part: Buffer) => (printed += part.toString()));
      child.stdout.once('data', () => resolve());
      child.once('close', () => reject(new Error(`It ended:\n${printed}`)));
    });
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'close');
  }
}
