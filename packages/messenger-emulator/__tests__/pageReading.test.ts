import type { Browser, Page } from 'playwright-core';
import { describeInBrowser, launchBrowser } from './support/browser';
import { messageWith, openChatPage, type ChatPage } from './support/chatPage';
import { PSID, startEmulated, type Emulated } from './support/emulated';

const LONG_NAME = `Wolfeschlegelsteinhausenbergerdorff${'x'.repeat(60)}`;
const OTHER = '1002';

describeInBrowser('reading on the chat page', () => {
  let browser: Browser;
  let emulated: Emulated;
  let chat: ChatPage;
  let page: Page;

  beforeAll(async () => {
    browser = await launchBrowser();
    emulated = await startEmulated();
  });
  afterAll(async () => {
    await browser.close();
    await emulated.close();
  });

  beforeEach(async () => {
    emulated.emulator.reset();
    chat = await openChatPage(browser, emulated.emulator.origin, {
      reducedMotion: 'reduce',
    });
    ({ page } = chat);
  });
  afterEach(async () => {
    expect(chat.complaints).toEqual([]);
    await chat.leave();
  });

  const botSays = (psid: string, message: object, persona_id?: string) =>
    emulated.graph('POST', '/me/messages', {
      recipient: { id: psid },
      message,
      persona_id,
    });

  /** Looks from frame to frame: the page's policy keeps Playwright's own waiting from doing so. */
  async function until(condition: string): Promise<void> {
    while (!(await page.evaluate<boolean>(`Boolean(${condition})`))) {
      await page.evaluate('new Promise(requestAnimationFrame)');
    }
  }

  it.each([360, 1280])(
    'the welcome of somebody with a long name fits into %i px',
    async (width) => {
      await page.setViewportSize({ width, height: 700 });
      emulated.emulator.customer.set(PSID, { name: LONG_NAME });
      await emulated.graph('POST', '/me/messenger_profile', {
        greeting: [
          { locale: 'default', text: 'Hello {{user_first_name}}, welcome!' },
        ],
        ice_breakers: [{ question: 'y'.repeat(80), payload: 'Y' }],
      });
      await page.getByTestId('ice-breaker').waitFor();
      await page.getByTestId('greeting').getByText(LONG_NAME).waitFor();
      await page.getByText(`What ${LONG_NAME} writes here`).waitFor();
      expect(await page.evaluate(CUT_OFF)).toEqual([]);
    },
  );

  it('a file’s name is shown as people write it', async () => {
    await emulated.emulator.say(PSID, 'hi');
    const send = (name: string) =>
      botSays(PSID, {
        attachment: {
          type: 'file',
          payload: { url: `https://example.com/files/${name}` },
        },
      });
    await send('Order%20%E2%84%96%207%26.pdf');
    await page.getByText('Order № 7&.pdf', { exact: true }).waitFor();
    await send('half%E2%84.pdf');
    await page.getByText('half%E2%84.pdf', { exact: true }).waitFor();
  });

  it('tells that another customer was answered, and goes there', async () => {
    const { emulator } = emulated;
    await emulator.say(PSID, 'mine');
    await messageWith(page, 'mine');
    emulator.customer.set(OTHER, { name: 'Eve' });
    await emulator.say(OTHER, 'hers');
    const elsewhere = page.getByTestId('elsewhere');
    await botSays(OTHER, { text: 'One' });
    await botSays(OTHER, { text: 'Two' });
    await elsewhere.getByText('2 new for Eve').waitFor();
    const select = page.getByTestId('customer-select');
    expect(await select.locator('option').allTextContents()).toContain(
      'Eve (2 new)',
    );
    await elsewhere.click();
    await messageWith(page, 'Two');
    await elsewhere.waitFor({ state: 'hidden' });
    expect(await select.inputValue()).toBe(OTHER);
  });

  it('tells of new messages to who has scrolled up', async () => {
    const { emulator } = emulated;
    for (let count = 0; count < 30; count += 1) {
      await emulator.say(PSID, `Line ${count}`);
    }
    await messageWith(page, 'Line 29');
    const newer = page.getByTestId('newer');
    await page.evaluate("document.querySelector('#scroller').scrollTop = 0");
    await until("document.querySelector('#scroller').scrollTop === 0");
    expect(await newer.isVisible()).toBe(false);
    await botSays(PSID, { text: 'News' });
    await newer.click();
    await until(AT_END);
    await newer.waitFor({ state: 'hidden' });
  });

  it('a draft stays with its customer', async () => {
    const { emulator } = emulated;
    await emulator.say(PSID, 'mine');
    await emulator.say(OTHER, 'hers');
    await messageWith(page, 'mine');
    const input = page.getByTestId('composer-input');
    const select = page.getByTestId('customer-select');
    const inbox = page.getByTestId('inbox-input');
    await page.getByTestId('inbox').locator('summary').click();
    await input.fill('A draft');
    await inbox.fill('An answer');
    await select.selectOption(OTHER);
    await messageWith(page, 'hers');
    expect([await input.inputValue(), await inbox.inputValue()]).toEqual([
      '',
      '',
    ]);
    await input.fill('Another draft');
    await select.selectOption(PSID);
    await messageWith(page, 'mine');
    expect([await input.inputValue(), await inbox.inputValue()]).toEqual([
      'A draft',
      'An answer',
    ]);
    emulator.setWebhookUrl(emulated.webhookUrl);
    await input.press('Enter');
    await messageWith(page, 'A draft');
    await select.selectOption(OTHER);
    await messageWith(page, 'hers');
    expect(await input.inputValue()).toBe('Another draft');
  });

  it('personas are searched, and scrolled by keyboard', async () => {
    for (let count = 0; count < 30; count += 1) {
      await emulated.persona(`Agent ${count}`);
    }
    const gone = await emulated.persona('Zoe');
    await emulated.graph('DELETE', `/${gone}`);
    const personas = page.getByTestId('persona');
    await personas.filter({ hasText: 'Zoe' }).getByText('Deleted').waitFor();
    const filter = page.getByTestId('personas-filter');
    await filter.fill('agent 7');
    expect(await personas.count()).toBe(1);
    await filter.fill('deleted');
    expect(await personas.allTextContents()).toEqual([
      expect.stringContaining('Zoe'),
    ]);
    await filter.fill('nobody');
    await page.getByText('No persona has “nobody” in it.').waitFor();
    await filter.fill('');
    await filter.press('Tab');
    expect(await page.evaluate('document.activeElement.id')).toBe('personas');
    await page.keyboard.press('End');
    await until("document.querySelector('#personas').scrollTop > 0");
  });

  it('a link leads past the Graph calls', async () => {
    for (let count = 0; count < 5; count += 1) await emulated.persona();
    await page.getByTestId('call').nth(4).waitFor();
    await page.getByTestId('calls-clear').focus();
    await page.keyboard.press('Tab');
    const link = page.getByText('Past the Graph calls');
    expect(await link.evaluate('document.activeElement.textContent')).toBe(
      'Past the Graph calls',
    );
    await page.keyboard.press('Enter');
    await until("document.activeElement.id === 'requests-end'");
  });

  it('eight tabs work at once', async () => {
    const tabs = [page];
    while (tabs.length < 8) {
      const tab = await page.context().newPage();
      await tab.goto(emulated.emulator.origin);
      await tab.getByText('Live', { exact: true }).waitFor();
      tabs.push(tab);
    }
    for (const [index, tab] of tabs.entries()) {
      await tab.getByTestId('composer-input').fill(`From tab ${index}`);
      await tab.getByTestId('composer-send').click();
    }
    for (const tab of tabs) await messageWith(tab, 'From tab 7');
    // The worker follows the emulator also when the first tab is gone.
    await tabs[1]?.close();
    await page.close();
    const last = tabs[7] ?? page;
    await emulated.emulator.say('1001', 'After that');
    await messageWith(last, 'After that');
  });
});

const AT_END = `(() => {
  const { scrollHeight, scrollTop, clientHeight } = document.querySelector('#scroller');
  return scrollHeight - scrollTop - clientHeight < 2;
})()`;

/** What of the welcome sticks out of the conversation. */
const CUT_OFF = `(() => {
  const frame = document.querySelector('#scroller').getBoundingClientRect();
  return [...document.querySelectorAll('.welcome, .welcome *')]
    .filter((one) => {
      const { left, right } = one.getBoundingClientRect();
      return left < frame.left || right > frame.right || one.scrollWidth > one.clientWidth + 1;
    })
    .map((one) => one.className);
})()`;
