import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome'];

const HOW_TO_GET_IT =
  'Tests of the chat page need Chromium: apt-get install chromium, or set CHROMIUM_PATH to the program.';

function findChromium(): string | undefined {
  const directories = [
    '/usr/bin',
    ...(process.env.PATH ?? '').split(delimiter),
  ];
  const candidates = PROGRAMS.flatMap((program) =>
    directories.map((directory) => join(directory, program)),
  );
  const { CHROMIUM_PATH } = process.env;
  return CHROMIUM_PATH
    ? CHROMIUM_PATH
    : candidates.find((path) => existsSync(path));
}

/**
 * `describe` where there is a Chromium. Elsewhere the suite is skipped and says
 * what it needs, except with `CI=true`, where a missing browser is a failure.
 */
export function describeInBrowser(name: string, suite: () => void): void {
  if (findChromium() !== undefined || process.env.CI === 'true') {
    describe(name, suite);
    return;
  }
  console.warn(HOW_TO_GET_IT);
  describe.skip(name, suite);
}

/** The system's Chromium, with nothing that asks for a network beyond loopback. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error(HOW_TO_GET_IT);
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
