import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';

import type { Page } from 'playwright-core';

import { launchBrowser } from '../packages/messenger-emulator/__tests__/support/browser';

/** `npm run screenshot`: the picture at the top of README.md, of the example bot's conversation. */
async function main(): Promise<void> {
  const port = await freePort();
  const emulatorPort = await freePort();
  const bot = startExampleBot(port, emulatorPort);
  try {
    const chatPage = await addressOf(bot);
    await takePicture(chatPage, path.join('docs', 'chat.png'));
  } finally {
    bot.kill();
  }
}

/** With the emulator, whatever credentials a developer has in `.env`. */
function startExampleBot(port: number, emulatorPort: number): ChildProcess {
  const credentials = ['ACCESS_TOKEN', 'APP_ID', 'APP_SECRET', 'VERIFY_TOKEN'];
  const none = credentials.map((name) => [`MESSENGER_${name}`, '']);
  return spawn(process.execPath, [path.join('example-bot', 'run.js')], {
    env: {
      ...process.env,
      ...(Object.fromEntries(none) as Record<string, string>),
      PORT: String(port),
      EMULATOR_PORT: String(emulatorPort),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** The address that the bot prints once it listens. */
async function addressOf({ stdout }: ChildProcess): Promise<string> {
  let output = '';
  for await (const piece of stdout ?? []) {
    output += String(piece);
    const [, address] = /Chat with it at (\S+)\n/.exec(output) ?? [];
    if (address) return address;
  }
  throw new Error(`The example bot did not start:\n${output}`);
}

async function takePicture(chatPage: string, file: string): Promise<void> {
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({
      viewport: { width: 1280, height: 800 },
      colorScheme: 'light',
    });
    await page.goto(chatPage);
    await page.getByText('Live', { exact: true }).waitFor();
    await talk(page);
    await page.screenshot({ path: file });
    console.log(`${file} is written.`);
  } finally {
    await browser.close();
  }
}

/** A customer who meets everybody, after one in Europe, to whom personas are refused. */
async function talk(page: Page): Promise<void> {
  const write = async (text: string, answer: string) => {
    await page.getByTestId('composer-input').fill(text);
    await page.getByTestId('composer-send').click();
    await page.getByTestId('message').filter({ hasText: answer }).waitFor();
  };
  const customer = page.getByTestId('customer-select');
  const mine = await customer.inputValue();

  await write('hi', 'What can I do for you?');
  await write('agent', 'Adam here');
  await write('photo', "this week's offer");

  await page.getByTestId('new-customer').click();
  await page.getByTestId('personas-refused').check();
  await write('specialist', 'A pear is ripe');

  await customer.selectOption(mine);
  await write('specialist', 'A pear is ripe');
  await page
    .locator('[data-testid=persona][data-deleted=true]')
    .nth(1)
    .waitFor();
  await page.evaluate(
    "document.querySelector('[data-refused=true]').scrollIntoView({ block: 'end' })",
  );
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await once(server.close(), 'close');
  return port;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
