import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import {
  startMessengerEmulator,
  type MessengerEmulator,
} from 'messenger-emulator';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

import {
  patient,
  PATIENCE_MS,
} from '../../packages/messenger-emulator/__tests__/support/patience';
import { startProgram, type Program } from '../support/exampleBot';
import { freePort } from '../support/freePort';
import { PAGE } from '../support/pages';

export { PAGE };
const APP = { appId: '1', appSecret: 'SECRET', verifyToken: 'VERIFY' };
const FIELDS =
  'messages,messaging_postbacks,message_echoes,message_deliveries,message_reads';

/** The host name under which the console is known besides localhost. */
export const HOST_NAME = 'desk.test';

/** The example bot as a child process, with an emulator of the test's own, which outlives it. */
export interface ConsoleBot {
  readonly emulator: MessengerEmulator;
  readonly port: number;
  /** The console's address, which stays over a restart. */
  readonly url: string;
  output(): string;
  /** Sends a webhook that no emulator sends. */
  deliver(event: object): Promise<void>;
  /** Ends the bot with SIGTERM. */
  stop(): Promise<void>;
  /** Starts it again, where it was. */
  start(): Promise<void>;
  close(): Promise<void>;
}

export async function startConsoleBot(): Promise<ConsoleBot> {
  const port = await freePort();
  const folder = mkdtempSync(path.join(os.tmpdir(), 'console-'));
  const webhookUrl = `http://127.0.0.1:${port}/webhooks/messenger`;
  const emulator = patient(
    await startMessengerEmulator({ ...APP, webhookUrl, pages: [PAGE] }),
  );
  let program: Program;
  let url = '';
  const start = async () => {
    program = startProgram('node', ['example-bot/run.js'], {
      PORT: String(port),
      CONSOLE_FILE: path.join(folder, 'console.json'),
      CONSOLE_HOSTS: HOST_NAME.toUpperCase(),
      MESSENGER_PAGE_ID: PAGE.id,
      MESSENGER_ACCESS_TOKEN: PAGE.accessToken,
      MESSENGER_APP_ID: APP.appId,
      MESSENGER_APP_SECRET: APP.appSecret,
      MESSENGER_VERIFY_TOKEN: APP.verifyToken,
      MESSENGER_ORIGIN: emulator.origin,
    });
    [, url = ''] = await program.printed(/Answer customers at (\S+)/);
  };
  const stop = async () => {
    program.signal('SIGTERM');
    await program.ended;
  };
  await start();
  const answer = await fetch(`${emulator.origin}/${APP.appId}/subscriptions`, {
    method: 'POST',
    body: new URLSearchParams({
      access_token: `${APP.appId}|${APP.appSecret}`,
      object: 'page',
      callback_url: webhookUrl,
      verify_token: APP.verifyToken,
      fields: FIELDS,
    }),
  });
  if (!answer.ok) throw new Error(await answer.text());
  return {
    emulator,
    port,
    get url() {
      return url;
    },
    output: () => program.output(),
    async deliver(event) {
      const entry = [{ id: PAGE.id, messaging: [event] }];
      const body = JSON.stringify({ object: 'page', entry });
      const hmac = createHmac('sha1', APP.appSecret).update(body);
      const response = await fetch(webhookUrl, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-hub-signature': `sha1=${hmac.digest('hex')}`,
        },
        body,
      });
      if (!response.ok) throw new Error(await response.text());
    },
    stop,
    start,
    async close() {
      await stop();
      await emulator.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** An agent's browser, at the console. */
export class AgentPage {
  private constructor(
    readonly page: Page,
    /** What the browser complained about. */
    readonly complaints: string[],
  ) {}

  static async open(
    browser: Browser,
    url: string,
    options?: BrowserContextOptions,
  ): Promise<AgentPage> {
    const context = await browser.newContext({
      reducedMotion: 'reduce',
      ...options,
    });
    return AgentPage.of(await context.newPage(), url);
  }

  /** Another tab of the same browser. */
  async tab(): Promise<AgentPage> {
    return AgentPage.of(await this.page.context().newPage(), this.page.url());
  }

  private static async of(page: Page, url: string): Promise<AgentPage> {
    page.setDefaultTimeout(PATIENCE_MS);
    const complaints: string[] = [];
    page.on('pageerror', ({ message }) => complaints.push(message));
    page.on('console', (line) => {
      if (/Content Security Policy/i.test(line.text())) {
        complaints.push(line.text());
      }
    });
    await page.goto(url);
    return new AgentPage(page, complaints);
  }

  async signIn(name: string, face?: string): Promise<void> {
    await this.page.getByLabel('Your name').fill(name);
    if (face) await this.page.getByRole('radio', { name: face }).check();
    await this.page.getByRole('button', { name: 'Sign in' }).click();
    await this.isLive();
  }

  async isLive(): Promise<void> {
    await this.page.getByText('Live', { exact: true }).waitFor();
  }

  customer(name: string) {
    return this.page.locator('.customer').filter({ hasText: name });
  }

  /** Opens a customer's conversation, once the customer is there. */
  async openCustomer(name: string): Promise<void> {
    await this.customer(name).click();
    await this.page.locator('#head-name').getByText(name).waitFor();
  }

  async takeOver(): Promise<void> {
    await this.page.locator('#take').click();
    await this.answer.waitFor();
  }

  get answer() {
    return this.page.locator('#answer-input');
  }

  get notice() {
    return this.page.locator('#notice');
  }

  async write(text: string): Promise<void> {
    await this.answer.fill(text);
    await this.answer.press('Enter');
  }

  /** The message with this text in the opened conversation, once it is there. */
  message(text: string) {
    return this.page.locator('#log .message').filter({ hasText: text });
  }

  /** Looks from frame to frame: the page's policy keeps Playwright's own waiting from doing so. */
  async until(condition: string): Promise<void> {
    while (!(await this.page.evaluate<boolean>(`Boolean(${condition})`))) {
      await this.page.evaluate('new Promise(requestAnimationFrame)');
    }
  }

  titleIs(title: string): Promise<void> {
    return this.until(`document.title === ${JSON.stringify(title)}`);
  }

  leave(): Promise<void> {
    return this.page.context().close();
  }
}
