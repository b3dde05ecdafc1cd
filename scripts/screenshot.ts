import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';

import type { Page } from 'playwright-core';

import { launchBrowser } from '../packages/messenger-emulator/__tests__/support/browser';

/** `npm run screenshot` takes the picture at the top of README.md, with the example bot. */
async function main(): Promise<void> {
  const port = await freePort();
  const emulatorPort = await freePort();
  const bot = startExampleBot(port, emulatorPort);
  try {
    const addresses = await addressesOf(bot);
    await takePicture(addresses, path.join('docs', 'chat.png'));
  } finally {
    bot.kill();
  }
}

/** Always with the emulator, ignoring credentials in `.env`. */
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

interface Addresses {
  chatPage: string;
  agentsConsole: string;
}

/** Reads the addresses that the bot prints once it listens. */
async function addressesOf({ stdout }: ChildProcess): Promise<Addresses> {
  let output = '';
  for await (const piece of stdout ?? []) {
    output += String(piece);
    const [, chatPage] = /Chat with it at (\S+)\n/.exec(output) ?? [];
    const [, agentsConsole] = /Answer as Adam at (\S+) /.exec(output) ?? [];
    if (chatPage && agentsConsole) return { chatPage, agentsConsole };
  }
  throw new Error(`The example bot did not start:\n${output}`);
}

async function takePicture(
  { chatPage, agentsConsole }: Addresses,
  file: string,
): Promise<void> {
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({
      viewport: { width: 1280, height: 800 },
      colorScheme: 'light',
    });
    await page.goto(chatPage);
    await page.getByText('Live', { exact: true }).waitFor();
    const agents = await browser.newPage();
    await agents.goto(agentsConsole);
    await agents.getByText('Nobody waits.').waitFor();
    await talk(page, agents);
    await page.screenshot({ path: file });
    console.log(`${file} is written.`);
  } finally {
    await browser.close();
  }
}

/**
 * Plays two conversations: with a customer for whom personas are refused, and with
 * one who talks to an ephemeral persona, then to a human as Adam.
 */
async function talk(page: Page, agents: Page): Promise<void> {
  const shown = (text: string) =>
    page.getByTestId('message').filter({ hasText: text }).waitFor();
  const write = async (text: string, answer: string) => {
    await page.getByTestId('composer-input').fill(text);
    await page.getByTestId('composer-send').click();
    await shown(answer);
  };
  const customer = page.getByTestId('customer-select');
  const firstCustomer = await customer.inputValue();

  await write('hi', 'What can I do for you?');
  await page.getByTestId('new-customer').click();
  await page.getByTestId('personas-refused').check();
  await write('specialist', 'A pear is ripe');

  await customer.selectOption(firstCustomer);
  await write('specialist', 'A pear is ripe');
  await page
    .locator('[data-testid=persona][data-deleted=true]')
    .nth(1)
    .waitFor();
  await write('agent', 'I am getting a colleague');
  await agents.getByRole('button', { name: 'Take over' }).click();
  await agents.getByText('Nobody waits.').waitFor();
  await agents.getByLabel('Answer as Adam').fill(ANSWER);
  await agents.getByRole('button', { name: 'Send' }).click();
  await shown(ANSWER);
  await page.evaluate(
    "document.querySelector('[data-refused=true]').scrollIntoView({ block: 'end' })",
  );
}

const ANSWER =
  'Hello, Adam here, a human. Our pears ripen until Friday: shall I keep you some?';

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
