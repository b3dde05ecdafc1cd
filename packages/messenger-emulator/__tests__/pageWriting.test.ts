import {
  startMessengerEmulator,
  type MessengerEmulator,
} from 'messenger-emulator';
import type { Browser, Page } from 'playwright-core';
import { describeInBrowser, launchBrowser } from './support/browser';
import {
  messageWith,
  openChatPage,
  startOver,
  type ChatPage,
} from './support/chatPage';
import { patient } from './support/patience';
import { APP, PAGE, startEmulated, type Emulated } from './support/emulated';

describeInBrowser('writing on the chat page', () => {
  let browser: Browser;
  let emulated: Emulated;
  /** The one that runs: some tests end it and start another. */
  let emulator: MessengerEmulator;
  let chat: ChatPage;
  let page: Page;

  beforeAll(async () => {
    browser = await launchBrowser();
    emulated = await startEmulated();
    ({ emulator } = emulated);
    chat = await openChatPage(browser, emulator.origin);
    ({ page } = chat);
  });

  afterAll(async () => {
    await browser.close();
    await emulator.close();
    await emulated.close();
  });

  beforeEach(async () => {
    await startOver(chat, emulator);
    emulated.deliveries.length = 0;
  });

  it('works at once: Enter sends, Shift+Enter inserts a line break', async () => {
    await openChatPage(browser, emulator.origin);
    await page.keyboard.type('one');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('two');
    await page.keyboard.press('Enter');
    await messageWith(page, 'two');
    expect(emulated.deliveries.map(({ event }) => event.message)).toMatchObject(
      [{ text: 'one\ntwo' }],
    );
    expect(await page.getByTestId('composer-input').inputValue()).toBe('');
  });

  it('sends nothing for white space', async () => {
    await page.getByTestId('composer-input').focus();
    await page.keyboard.type('  ');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.press('Enter');
    await page.keyboard.type('hi');
    await page.keyboard.press('Enter');
    await messageWith(page, 'hi');
    expect(emulated.deliveries).toHaveLength(1);
  });

  it.each([
    ['cannot be reached', 'http://127.0.0.1:9/hook', 'could not be reached'],
    ['refuses it', undefined, "the bot's webhook answered 400"],
  ])(
    'marks messages that the bot did not receive: it %s',
    async (_what, webhookUrl, reason) => {
      // The emulator itself is no bot, and refuses what it does not know.
      const refusing = `${emulator.origin}/_emulator/messages`;
      emulator.setWebhookUrl(webhookUrl ?? refusing);
      const input = page.getByTestId('composer-input');
      await input.fill('Are you there?');
      await input.press('Enter');
      const lost = await messageWith(page, 'Are you there?');
      const mark = lost.getByTestId('undelivered');
      expect(await mark.textContent()).toContain(reason);
      expect(await input.inputValue()).toBe('');

      emulator.setWebhookUrl(emulated.webhookUrl);
      await input.fill('And now?');
      await input.press('Enter');
      const got = await messageWith(page, 'And now?');
      await patient(emulator).waitFor(() => emulated.deliveries.length > 0);
      expect(await got.getByTestId('undelivered').count()).toBe(0);

      await page.reload();
      expect(await mark.textContent()).toContain(reason);
      expect(await page.getByTestId('undelivered').count()).toBe(1);
    },
  );

  it('marks messages without a subscription', async () => {
    await emulated.graph('POST', '/me/subscribed_apps', {
      subscribed_fields: 'messaging_postbacks',
    });
    await emulator.say('1001', 'hi');
    const mark = page.getByTestId('undelivered');
    await mark.waitFor();
    expect(await mark.textContent()).toBe(
      'Not delivered: the bot is not subscribed to messages',
    );
    expect(emulator.state().conversations[0]?.entries[0]?.undelivered).toBe(
      'the bot is not subscribed to messages',
    );
  });

  it.each(['composer', 'inbox'])(
    'keeps the text of the %s when the emulator is gone',
    async (where) => {
      await emulator.say('1001', 'hello');
      await messageWith(page, 'hello');
      await page.getByTestId('inbox').locator('summary').click();
      const input = page.getByTestId(`${where}-input`);
      await input.fill('not to be typed again');
      await emulator.close();
      await input.press('Enter');
      await page
        .getByRole('alert')
        .getByText('The emulator cannot be reached.')
        .waitFor();
      expect(await input.inputValue()).toBe('not to be typed again');

      emulator = await startMessengerEmulator({
        ...APP,
        port: Number(new URL(emulator.origin).port),
        webhookUrl: emulated.webhookUrl,
        pages: [PAGE],
      });
      await page.getByText('Live', { exact: true }).waitFor();
      await emulator.say('1001', 'hello again');
      await messageWith(page, 'hello again');
      await input.press('Enter');
      await messageWith(page, 'not to be typed again');
      expect(await input.inputValue()).toBe('');
    },
  );
});
