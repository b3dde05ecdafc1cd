import { startMessengerEmulator } from 'messenger-emulator';
import type { Browser, Page } from 'playwright-core';
import { describeInBrowser, launchBrowser } from './support/browser';
import { messageWith, openChatPage } from './support/chatPage';
import { APP, PAGE, startEmulated, type Emulated } from './support/emulated';

describeInBrowser('writing on the chat page', () => {
  let browser: Browser;
  let emulated: Emulated;
  let page: Page;

  beforeAll(async () => {
    browser = await launchBrowser();
  });

  afterAll(() => browser.close());

  beforeEach(async () => {
    emulated = await startEmulated();
    ({ page } = await openChatPage(browser, emulated.emulator.origin));
  });

  afterEach(async () => {
    await page.context().close();
    await emulated.close();
  });

  it('begins at once: Enter sends, Shift+Enter makes a line', async () => {
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

  it('nothing is sent of blanks and lines alone', async () => {
    await page.keyboard.type('  ');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.press('Enter');
    await page.keyboard.type('hi');
    await page.keyboard.press('Enter');
    await messageWith(page, 'hi');
    expect(emulated.deliveries).toHaveLength(1);
  });

  it.each(['composer', 'inbox'])(
    'keeps what stands in the %s when the emulator is gone',
    async (where) => {
      await emulated.emulator.say('1001', 'hello');
      await messageWith(page, 'hello');
      await page.getByTestId('inbox').locator('summary').click();
      const input = page.getByTestId(`${where}-input`);
      await input.fill('not to be typed again');
      await emulated.emulator.close();
      await input.press('Enter');
      await page
        .getByRole('alert')
        .getByText('The emulator cannot be reached.')
        .waitFor();
      expect(await input.inputValue()).toBe('not to be typed again');

      const again = await startMessengerEmulator({
        ...APP,
        port: Number(new URL(emulated.emulator.origin).port),
        webhookUrl: emulated.webhookUrl,
        pages: [PAGE],
      });
      try {
        await page.getByText('Live', { exact: true }).waitFor();
        await again.say('1001', 'hello again');
        await messageWith(page, 'hello again');
        await input.press('Enter');
        await messageWith(page, 'not to be typed again');
        expect(await input.inputValue()).toBe('');
      } finally {
        await again.close();
      }
    },
  );
});
