import type { MessengerEmulator } from 'messenger-emulator';
import type {
  Browser,
  BrowserContextOptions,
  Locator,
  Page,
} from 'playwright-core';

import { PATIENCE_MS } from './patience';

/** A browser window with a chat page in it. */
export interface ChatPage {
  page: Page;
  /** What the browser complained about: refused scripts and styles, errors thrown. */
  complaints: string[];
  /** Leaves the chat page, before its emulator ends. */
  leave(): Promise<unknown>;
}

/** The shared window of each browser, because opening one takes as long as a test. */
const windows = new WeakMap<Browser, Promise<ChatPage>>();

/**
 * Opens an emulator's chat page.
 *
 * @param options with them, in a window of its own
 */
export async function openChatPage(
  browser: Browser,
  origin: string,
  options?: BrowserContextOptions,
): Promise<ChatPage> {
  const window = options
    ? await openWindow(browser, options)
    : await windowOf(browser);
  window.complaints.length = 0;
  await window.page.goto(origin);
  await window.page.getByText('Live', { exact: true }).waitFor();
  return window;
}

/**
 * Has an emulator and its open page begin anew, in much less time than a new
 * page takes to come. A page on which somebody has left something open, chosen or
 * written comes anew all the same.
 */
export async function startOver(
  { page, complaints }: ChatPage,
  emulator: MessengerEmulator,
): Promise<void> {
  complaints.length = 0;
  do {
    const shownAnew = page.waitForResponse(/\/_emulator\/customers\//);
    emulator.reset();
    await shownAnew;
    // An answer that was still on its way arrives after the reset.
  } while (!(await isEmpty(page)));
  if (await page.evaluate<boolean>(IS_AS_OPENED)) return;
  await page.reload();
  await page.getByText('Live', { exact: true }).waitFor();
}

async function isEmpty(page: Page): Promise<boolean> {
  const gone = ['message', 'call', 'persona'].map((shown) =>
    page
      .getByTestId(shown)
      .first()
      .waitFor({ state: 'detached', timeout: SHOWN_WITHIN_MS }),
  );
  const results = await Promise.allSettled(gone);
  return results.every(({ status }) => status === 'fulfilled');
}

const SHOWN_WITHIN_MS = 3000;

const IS_AS_OPENED = `
  document.querySelector('details[open], #notice:not([hidden])') === null &&
  document.querySelector('#page-select').selectedIndex === 0 &&
  document.querySelector('#customer-select').value === '1001' &&
  [...document.querySelectorAll('textarea, input')].every(
    ({ type, value }) => type === 'checkbox' || value === '')`;

function windowOf(browser: Browser): Promise<ChatPage> {
  let window = windows.get(browser);
  if (!window) {
    window = openWindow(browser).then((opened) => ({
      ...opened,
      leave: () => opened.page.goto('about:blank'),
    }));
    windows.set(browser, window);
  }
  return window;
}

async function openWindow(
  browser: Browser,
  options?: BrowserContextOptions,
): Promise<ChatPage> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('dialog', (dialog) => complaints.push(dialog.message()));
  page.on('console', (line) => {
    if (/Content Security Policy/i.test(line.text())) {
      complaints.push(line.text());
    }
  });
  return { page, complaints, leave: () => context.close() };
}

/** The message with this text, once it is there. */
export async function messageWith(page: Page, text: string): Promise<Locator> {
  const found = page.getByTestId('message').filter({ hasText: text });
  await found.waitFor();
  return found;
}
