import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import type { Browser, Locator, Page } from 'playwright-core';

import { freePort } from '../__tests__/support/freePort';
import { launchBrowser } from '../packages/messenger-emulator/__tests__/support/browser';

const CHAT_PICTURE = path.join('docs', 'chat.webp');
const CONSOLE_PICTURE = path.join('example-bot', 'console.webp');

/** `npm run screenshot`: the chat page and the agents' console in one conversation of the example bot. */
async function main(): Promise<void> {
  const port = await freePort();
  const emulatorPort = await freePort();
  const folder = await mkdtemp(path.join(os.tmpdir(), 'screenshot-'));
  const bot = startExampleBot(port, emulatorPort, folder);
  const browser = await launchBrowser();
  try {
    await takePictures(browser, await addressesOf(bot));
  } finally {
    await browser.close();
    bot.kill();
    await rm(folder, { recursive: true });
  }
}

/** With the emulator, whatever credentials a developer has in `.env`. */
function startExampleBot(
  port: number,
  emulatorPort: number,
  folder: string,
): ChildProcess {
  const credentials = ['ACCESS_TOKEN', 'APP_ID', 'APP_SECRET', 'VERIFY_TOKEN'];
  const none = credentials.map((name) => [`MESSENGER_${name}`, '']);
  return spawn(process.execPath, [path.join('example-bot', 'run.js')], {
    env: {
      ...process.env,
      ...(Object.fromEntries(none) as Record<string, string>),
      PORT: String(port),
      EMULATOR_PORT: String(emulatorPort),
      CONSOLE_FILE: path.join(folder, 'console.json'),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

interface Addresses {
  chatPage: string;
  agentsConsole: string;
}

/** What the bot prints once it listens. */
async function addressesOf({ stdout }: ChildProcess): Promise<Addresses> {
  let output = '';
  for await (const piece of stdout ?? []) {
    output += String(piece);
    const [, chatPage] = /Chat with it at (\S+)\n/.exec(output) ?? [];
    const [, agentsConsole] = /Answer customers at (\S+) /.exec(output) ?? [];
    if (chatPage && agentsConsole) return { chatPage, agentsConsole };
  }
  throw new Error(`The example bot did not start:\n${output}`);
}

/** Without animations: one that has begun would show half of what comes. */
async function open(
  browser: Browser,
  url: string,
  size: { width: number; height: number },
): Promise<Page> {
  const page = await browser.newPage({
    viewport: size,
    colorScheme: 'light',
    reducedMotion: 'reduce',
  });
  await page.goto(url);
  return page;
}

async function takePictures(
  browser: Browser,
  { chatPage, agentsConsole }: Addresses,
): Promise<void> {
  const page = await open(browser, chatPage, { width: 1060, height: 912 });
  await page.getByText('Live', { exact: true }).waitFor();
  const agents = await open(browser, agentsConsole, {
    width: 1280,
    height: 720,
  });
  await handOver(page, agents);
  await waitElsewhere(new URL(page.url()).origin);
  await agents.getByText('2 waiting').waitFor();
  await writePicture(agents, CONSOLE_PICTURE);
  await handBack(page, agents);
  // Without the notice that other customers were answered.
  await page.reload();
  await shows(page, 'What else can I do for you?');
  const conversation = page.locator('[data-panel=chat]');
  await writePicture(page, CHAT_PICTURE, conversation);
}

/** @param part of the page; default: all of it */
async function writePicture(
  page: Page,
  file: string,
  part = page.locator('html'),
): Promise<void> {
  await writeFile(file, await webp(page, part));
  console.log(`${file} is written.`);
}

/** A quarter of the size of a PNG, which counts because a picture is in the package. */
async function webp(page: Page, part: Locator): Promise<Buffer> {
  // The frame after the next has everything.
  await page.evaluate(
    'new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))',
  );
  const browser = await page.context().newCDPSession(page);
  const clip = await part.boundingBox();
  if (!clip) throw new Error('The part for the picture is not shown.');
  const { data } = await browser.send('Page.captureScreenshot', {
    ...{ format: 'webp', quality: 18 },
    clip: { ...clip, scale: 1 },
  });
  return Buffer.from(data, 'base64');
}

/** The bot says that it is one; a customer asks for a human, and Adam answers. */
async function handOver(page: Page, agents: Page): Promise<void> {
  await write(page, 'hi');
  await shows(page, 'What can I do for you?');
  await agents.getByLabel('Your name').fill('Adam Z.');
  await agents.getByRole('radio', { name: 'maple' }).check();
  await agents.getByRole('button', { name: 'Sign in' }).click();
  await agents.getByText('No one is waiting.').waitFor();
  await write(page, 'agent');
  await shows(page, 'I am getting a colleague');
  await agents.locator('.customer').first().click();
  await agents.getByRole('button', { name: 'Take over' }).click();
  await agents.locator('#answer-input').fill(ANSWER);
  // An indicator that came after the answer would stay in the picture.
  const typing = page.getByTestId('typing');
  await typing.waitFor();
  await agents.getByRole('button', { name: 'Send', exact: true }).click();
  await shows(page, ANSWER);
  await typing.waitFor({ state: 'detached' });
  await write(page, THANKS);
  await agents.getByText(THANKS).last().waitFor();
}

/** Adam hands the customer back, and the bot says that it is there again. */
async function handBack(page: Page, agents: Page): Promise<void> {
  await agents.getByRole('button', { name: 'Hand back to the bot' }).click();
  await shows(page, 'What else can I do for you?');
}

async function write(page: Page, text: string): Promise<void> {
  await page.getByTestId('composer-input').fill(text);
  await page.getByTestId('composer-send').click();
}

async function shows(page: Page, text: string): Promise<void> {
  await page.getByTestId('message').filter({ hasText: text }).last().waitFor();
}

/** Two more customers ask for an agent. */
async function waitElsewhere(origin: string): Promise<void> {
  for (const [psid, text] of [
    ['1003', 'Do you deliver on Sundays?'],
    ['1004', 'Where is my order?'],
  ]) {
    for (const each of [text, 'agent']) {
      await fetch(`${origin}/_emulator/messages`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ psid, text: each }),
      });
    }
  }
}

const ANSWER =
  'Adam here, a human. Our pears ripen until Friday: shall I keep you some?';
const THANKS = 'Yes, two pounds please. Thanks!';

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
