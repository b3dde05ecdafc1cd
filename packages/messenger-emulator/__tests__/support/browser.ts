import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';

/** The one without windows takes half the time of the others. */
const PROGRAMS = [
  'chromium-headless-shell',
  'chromium',
  'chromium-browser',
  'google-chrome',
];

const HOW_TO_GET_IT =
  'Tests of the chat page need Chromium: apt-get install chromium, or set CHROMIUM_PATH to the program.';

/** Shorter than Jest's patience, whose message would not say what is wrong. */
const START_TIMEOUT_MS = 60_000;

/** @throws {Error} when `CHROMIUM_PATH` names no program. */
function findChromium(): string | undefined {
  const { CHROMIUM_PATH } = process.env;
  if (CHROMIUM_PATH) {
    checkProgram(CHROMIUM_PATH);
    return CHROMIUM_PATH;
  }
  const directories = [
    '/usr/bin',
    ...(process.env.PATH ?? '').split(delimiter),
  ];
  return PROGRAMS.flatMap((program) =>
    directories.map((directory) => join(directory, program)),
  ).find((path) => existsSync(path));
}

function checkProgram(path: string): void {
  try {
    accessSync(path, constants.X_OK);
  } catch {
    throw new Error(
      `CHROMIUM_PATH is ${path}, where there is no program. ${HOW_TO_GET_IT}`,
    );
  }
  if (!statSync(path).isFile()) {
    throw new Error(`CHROMIUM_PATH is ${path}, a folder. ${HOW_TO_GET_IT}`);
  }
}

/**
 * `describe` where there is a Chromium. Elsewhere the suite is skipped and says
 * what it needs, except with `CI=true`, where a missing browser is a failure.
 *
 * @throws {Error} when `CHROMIUM_PATH` names no program.
 */
export function describeInBrowser(name: string, suite: () => void): void {
  if (findChromium() !== undefined || process.env.CI === 'true') {
    describe(name, suite);
    return;
  }
  console.warn(HOW_TO_GET_IT);
  describe.skip(name, suite);
}

/**
 * The system's Chromium, with nothing that asks for a network beyond loopback.
 *
 * @param more arguments of the program
 * @throws {Error} when there is none, or the program does not start as one.
 */
export async function launchBrowser(more: string[] = []): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error(HOW_TO_GET_IT);
  const options = {
    executablePath,
    timeout: START_TIMEOUT_MS,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...more,
    ],
  };
  return chromium.launch(options).catch((cause: unknown) => {
    throw new Error(
      `${executablePath} did not start as a browser. ${HOW_TO_GET_IT}`,
      { cause },
    );
  });
}
