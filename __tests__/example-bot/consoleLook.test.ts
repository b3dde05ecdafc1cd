import { readFileSync } from 'node:fs';

import type { Browser, BrowserContextOptions } from 'playwright-core';

import {
  describeInBrowser,
  launchBrowser,
} from '../../packages/messenger-emulator/__tests__/support/browser';
import { AgentPage, startConsoleBot, type ConsoleBot } from './agentsConsole';

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const AXE_OPTIONS = {
  resultTypes: ['violations'],
  selectors: false,
  preload: false,
};

const PSID = '1001';
const LONG_WORD = `long${'word'.repeat(60)}`;
const HEBREW = 'שלום, יש לי שאלה על האגסים. מתי הם בשלים?';
const LONG_NAME = `Wolfeschlegelsteinhausenbergerdorff ${'x'.repeat(40)}`;

interface Finding {
  id: string;
  nodes: { html: string; failureSummary?: string }[];
}

describeInBrowser('how the agents’ console looks', () => {
  let browser: Browser;
  let bot: ConsoleBot;
  let state: Awaited<ReturnType<Context['storageState']>>;
  type Context = ReturnType<AgentPage['page']['context']>;

  /** An agent with a customer of 300 messages, and 39 other customers. */
  beforeAll(async () => {
    browser = await launchBrowser();
    bot = await startConsoleBot();
    const { emulator } = bot;
    emulator.customer.set(PSID, { name: LONG_NAME });
    await emulator.say(PSID, 'agent');
    const ana = await AgentPage.open(browser, bot.url);
    await ana.signIn('Ana Lima', 'fern');
    await ana.openCustomer(LONG_NAME);
    await ana.takeOver();
    for (let count = 0; count < 6; count += 1) {
      const messages = Array.from({ length: 50 }, (_, each) =>
        emulator.say(PSID, `Message ${count}.${each}`),
      );
      await Promise.all(messages);
      await ana.write(`Answer ${count}.`);
    }
    await emulator.say(PSID, LONG_WORD);
    await emulator.say(PSID, HEBREW);
    const others = Array.from({ length: 39 }, (_, count) =>
      emulator.say(String(1002 + count), count % 2 ? 'what?' : 'agent'),
    );
    await Promise.all(others);
    await ana.message(HEBREW).waitFor();
    const endFault = emulator.fail({ error: { code: 1200 }, status: 400 });
    await ana.write('This one fails.');
    await ana.page.getByRole('button', { name: 'Send again' }).waitFor();
    endFault();
    state = await ana.page.context().storageState();
    await ana.leave();
  });
  afterAll(async () => {
    await browser.close();
    await bot.close();
  });

  async function open(options: BrowserContextOptions): Promise<AgentPage> {
    const ana = await AgentPage.open(browser, bot.url, {
      ...options,
      storageState: state,
    });
    await ana.isLive();
    await ana.customer(LONG_NAME).waitFor();
    return ana;
  }

  async function findings({ page }: AgentPage): Promise<string[]> {
    await page.evaluate(AXE);
    const { violations, passed } = await page.evaluate<{
      violations: Finding[];
      passed: string[];
    }>(
      `axe.run(document, ${JSON.stringify(AXE_OPTIONS)}).then(({ violations, passes }) =>
        ({ violations, passed: passes.map(({ id }) => id) }))`,
    );
    expect(passed).toContain('color-contrast');
    return violations.flatMap(({ id, nodes }) =>
      nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`),
    );
  }

  it.each([
    [360, 'light'],
    [360, 'dark'],
    [721, 'light'],
    [1280, 'dark'],
    [1600, 'light'],
  ] as const)(
    'at %i px, %s, axe finds nothing, and everything has its place',
    async (width, colorScheme) => {
      const viewport = { width, height: 700 };
      const ana = await open({ viewport, colorScheme });
      const { page } = ana;
      expect(await findings(ana)).toEqual([]);
      expect(await page.evaluate(MISPLACED)).toEqual([]);
      await ana.openCustomer(LONG_NAME);
      await ana.message('This one fails.').waitFor();
      await ana.until(BELOW_IS_NOTHING);
      expect(await findings(ana)).toEqual([]);
      expect(await page.evaluate(MISPLACED)).toEqual([]);
      for (const popUp of ['#replies', '#hand-over']) {
        await page.locator(`${popUp} summary`).click();
        expect(await page.evaluate(MISPLACED)).toEqual([]);
        await page.keyboard.press('Escape');
      }
      const field = await ana.answer.boundingBox();
      expect(field?.width).toBeGreaterThan(width < 721 ? 140 : 190);
      await ana.leave();
    },
  );

  it.each(['light', 'dark'] as const)(
    'signing in, %s: axe finds nothing at 360 and 1,280 px',
    async (colorScheme) => {
      const page = await AgentPage.open(browser, bot.url, { colorScheme });
      await page.page.getByLabel('Your name').waitFor();
      for (const width of [360, 1280]) {
        await page.page.setViewportSize({ width, height: 700 });
        expect(await findings(page)).toEqual([]);
        expect(await page.page.evaluate(MISPLACED)).toEqual([]);
      }
      await page.leave();
    },
  );

  it('shows the newest of 300 messages, and tells of newer ones', async () => {
    const ana = await open({ viewport: { width: 1280, height: 700 } });
    const { page } = ana;
    await ana.openCustomer(LONG_NAME);
    await ana.message('This one fails.').waitFor();
    expect(await page.locator('#log .message').count()).toBeGreaterThan(300);
    await ana.until(BELOW_IS_NOTHING);
    await page.evaluate("document.querySelector('#scroller').scrollTop = 0");
    await ana.until("document.querySelector('#scroller').scrollTop === 0");
    await bot.emulator.say(PSID, 'One more question');
    await page.getByRole('button', { name: 'New messages' }).click();
    await ana.until(BELOW_IS_NOTHING);
    await ana.message('One more question').waitFor();
    expect(await page.locator('#newer').isVisible()).toBe(false);
    await ana.leave();
  });

  it('sets right-to-left text from right to left', async () => {
    const ana = await open({ viewport: { width: 1280, height: 700 } });
    const { page } = ana;
    await ana.openCustomer(LONG_NAME);
    await ana.message(HEBREW).waitFor();
    const direction = await page.evaluate(
      `getComputedStyle([...document.querySelectorAll('.bubble')].find(({ textContent }) => textContent === ${JSON.stringify(HEBREW)})).direction`,
    );
    expect(direction).toBe('rtl');
    await ana.leave();
  });

  it('works by the keyboard alone', async () => {
    const { emulator } = bot;
    emulator.customer.set('9001', { name: 'Kim Key' });
    await emulator.say('9001', 'agent');
    const ben = await AgentPage.open(browser, bot.url);
    const { page } = ben;
    const { keyboard } = page;
    const focusIs = (selector: string) =>
      page.evaluate<boolean>(
        `document.activeElement?.matches(${JSON.stringify(selector)}) ?? false`,
      );
    /** Presses Tab until this has the focus, and expects a focus ring. */
    const tabTo = async (selector: string, key = 'Tab') => {
      for (let count = 0; count < 100; count += 1) {
        await keyboard.press(key);
        if (!(await focusIs(selector))) continue;
        const ring = await page.evaluate<string>(
          "[document.activeElement, document.activeElement.closest('label')].map((one) => one ? getComputedStyle(one).outlineStyle : '').join(' ')",
        );
        expect([selector, ring]).toEqual([
          selector,
          expect.stringMatching(/solid|auto/),
        ]);
        return;
      }
      throw new Error(`Tab does not reach ${selector}.`);
    };
    await page.getByLabel('Your name').waitFor();
    await ben.until("document.activeElement.id === 'sign-in-name'");
    await keyboard.type('Ben');
    await keyboard.press('Tab');
    await keyboard.press('ArrowRight');
    expect(await focusIs('[value=fern]:checked')).toBe(true);
    await keyboard.press('Enter');
    await ben.isLive();
    await ben.customer('Kim Key').waitFor();
    await tabTo('[data-psid="9001"]');
    await keyboard.press('Enter');
    await tabTo('#take');
    await keyboard.press('Enter');
    await ben.until("document.activeElement.id === 'answer-input'");
    await keyboard.type('By the keyboard');
    await keyboard.press('Enter');
    await ben.message('By the keyboard').waitFor();
    await tabTo('#replies summary', 'Shift+Tab');
    await keyboard.press('Enter');
    await tabTo('#reply-list button');
    await keyboard.press('Enter');
    await ben.until("document.activeElement.id === 'answer-input'");
    expect(await ben.answer.inputValue()).toMatch(/^Hello!/);
    await keyboard.press('Control+A');
    await keyboard.press('Delete');
    await tabTo('#picture', 'Shift+Tab');
    await tabTo('#scroller', 'Shift+Tab');
    await tabTo('#hand-over summary', 'Shift+Tab');
    await keyboard.press('Enter');
    await tabTo('#colleagues button');
    await keyboard.press('Escape');
    expect(await focusIs('#hand-over summary')).toBe(true);
    await tabTo('#hand-back', 'Shift+Tab');
    await keyboard.press('Enter');
    await page.getByText('handed back to the bot').waitFor();
    await tabTo('#sign-out', 'Shift+Tab');
    await keyboard.press('Enter');
    await page.getByLabel('Your name').waitFor();
    await ben.leave();
  });
});

const BELOW_IS_NOTHING = `(() => {
  const { scrollHeight, scrollTop, clientHeight } = document.querySelector('#scroller');
  return scrollHeight > clientHeight && scrollHeight - scrollTop - clientHeight < 2;
})()`;

/** What sticks out of the window, or is a button whose words are cut off. */
const MISPLACED = `(() => {
  const { clientWidth } = document.documentElement;
  const shown = [...document.querySelectorAll('button, summary, input, textarea, h2, .bubble, .face, .customer')]
    .filter((one) => one.checkVisibility() && !one.classList.contains('hidden'));
  const out = shown.filter((one) => {
    const { left, right } = one.getBoundingClientRect();
    return left < 0 || right > clientWidth + 0.5;
  });
  const cut = shown.filter((one) => one.matches('button:not(.customer), summary') && one.scrollWidth > one.clientWidth + 1);
  const name = (one) => one.id || one.className || one.textContent;
  return [
    ...(document.documentElement.scrollWidth > clientWidth ? ['the page scrolls sideways'] : []),
    ...out.map((one) => name(one) + ' sticks out'),
    ...cut.map((one) => name(one) + ' is cut off'),
  ];
})()`;
