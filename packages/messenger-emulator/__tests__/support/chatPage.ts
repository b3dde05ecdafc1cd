import type {
  Browser,
  BrowserContextOptions,
  Locator,
  Page,
} from 'playwright-core';

import { PATIENCE_MS } from './patience';

/** A chat page that somebody has open. */
export interface ChatPage {
  page: Page;
  /** What the browser complained about: refused scripts and styles, errors thrown. */
  complaints: string[];
}

/** Opens an emulator's chat page in a browser window of its own. */
export async function openChatPage(
  browser: Browser,
  origin: string,
  options: BrowserContextOptions = {},
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
  await page.goto(origin);
  await page.getByText('Live', { exact: true }).waitFor();
  return { page, complaints };
}

/** The message with this text, once it is there. */
export async function messageWith(page: Page, text: string): Promise<Locator> {
  const found = page.getByTestId('message').filter({ hasText: text });
  await found.waitFor();
  return found;
}
