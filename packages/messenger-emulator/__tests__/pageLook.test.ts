import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { describeInBrowser, launchBrowser } from './support/browser';
import { openChatPage, type ChatPage } from './support/chatPage';
import { PSID, startEmulated, type Emulated } from './support/emulated';
import { templates } from './support/templates';

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const NARROW = 360;
const CALLS = '[aria-labelledby=requests-title]';

/** To describe every part that is right takes axe longer than to look at it. Its rules here need no styles or media loaded. */
const ONLY_WHAT_IS_WRONG = {
  resultTypes: ['violations'],
  selectors: false,
  preload: false,
};

interface Finding {
  id: string;
  nodes: { html: string; failureSummary?: string }[];
}

describeInBrowser('how the chat page looks', () => {
  let browser: Browser;
  let emulated: Emulated;
  let chat: ChatPage;
  let page: Page;

  beforeAll(async () => {
    browser = await launchBrowser();
    emulated = await startEmulated();
    await talk();
  });

  afterAll(async () => {
    await browser.close();
    await emulated.close();
  });

  afterEach(() => expect(chat.complaints).toEqual([]));

  /** Something of all that the page can show. */
  async function talk(): Promise<void> {
    const { emulator, graph } = emulated;
    const pictureUrl = `${emulator.origin}/_emulator/pictures/customer`;
    const send = (message: object, persona_id?: string) =>
      graph('POST', '/me/messages', {
        recipient: { id: PSID },
        message,
        persona_id,
      });
    await graph('POST', '/me/messenger_profile', {
      get_started: { payload: 'START' },
      greeting: [{ locale: 'default', text: 'Welcome!' }],
      persistent_menu: [
        {
          locale: 'default',
          call_to_actions: [
            { type: 'postback', title: 'An agent', payload: 'AGENT' },
          ],
        },
      ],
    });
    emulator.setWebhookUrl('http://127.0.0.1:9/');
    await expect(emulator.say(PSID, 'Hello?')).rejects.toThrow();
    emulator.setWebhookUrl(emulated.webhookUrl);
    const { mid } = await emulator.say(PSID, 'Hello, who is there?');
    await graph('POST', '/me/messages', {
      recipient: { id: PSID },
      sender_action: 'react',
      payload: { message_id: mid, reaction: 'love' },
    });
    await emulator.say(PSID, { sticker_id: 369239263222822 });
    const adam = await emulated.persona();
    const gone = await emulated.persona('Zoe Loans');
    await send({ text: 'The bot of this Page.' });
    await send({ text: 'And Zoe.' }, gone);
    await graph('DELETE', `/${gone}`);
    for (const [template_type, payload] of Object.entries(
      templates(pictureUrl),
    )) {
      const attachment = {
        type: 'template',
        payload: { template_type, ...payload },
      };
      await send({ attachment }, adam);
    }
    await send({ text: 'Refused' }, '999');
    await emulator.inbox.answer(PSID, 'A person here.');
    await emulator.inbox.pass(PSID);
    await send(
      {
        text: 'Which one?',
        quick_replies: [
          { content_type: 'text', title: 'The first', payload: '1' },
        ],
      },
      adam,
    );
    await graph('POST', '/me/messages', {
      recipient: { id: PSID },
      sender_action: 'typing_on',
      persona_id: adam,
    });
  }

  async function open(width: number): Promise<void> {
    chat = await openChatPage(browser, emulated.emulator.origin);
    ({ page } = chat);
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
    await page.getByText('Which one?').first().waitFor();
  }

  /**
   * What axe has to say of a part of the page, in a form that a failed test shows
   * whole. What stands hidden is passed over.
   */
  async function findings(
    part = 'html',
    runOnly?: string[],
  ): Promise<string[]> {
    const options = { ...ONLY_WHAT_IS_WRONG, runOnly };
    const { violations, passed } = await page.evaluate<{
      violations: Finding[];
      passed: string[];
    }>(
      `axe.run(${JSON.stringify(part)}, ${JSON.stringify(options)}).then(({ violations, passes }) =>
        ({ violations, passed: passes.map(({ id }) => id) }))`,
    );
    expect(passed).toContain('color-contrast');
    return violations.flatMap(({ id, nodes }) =>
      nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`),
    );
  }

  /** What axe has to say of dark colours, which are all that the scheme changes. */
  async function darkFindings(part?: string): Promise<string[]> {
    await page.emulateMedia({ colorScheme: 'dark' });
    const found = await findings(part, ['color-contrast']);
    await page.emulateMedia({ colorScheme: 'light' });
    return found;
  }

  // Colours do not hang on the width: dark ones are looked at where least and most is seen at once.
  it.each([
    [360, 'light and dark'],
    [768, 'light'],
    [1280, 'light and dark'],
  ])('axe finds nothing at %i px, %s', async (width, schemes) => {
    await open(width);
    await page.evaluate(AXE);
    const isDarkToo = schemes.includes('dark');
    const expectNoFindings = async (part?: string) => {
      expect(await findings(part)).toEqual([]);
      if (isDarkToo) expect(await darkFindings(part)).toEqual([]);
    };
    const show = async (view: string) => {
      if (width === NARROW) {
        await page.getByRole('button', { name: view }).click();
      }
    };
    await page.getByTestId('inbox').locator('summary').click();
    const react = page.getByTestId('react').last().locator('summary');
    await react.press('Enter');
    await page.getByRole('button', { name: 'Love' }).waitFor();
    await page.getByTestId('more').locator('summary').press('Enter');
    await page.getByTestId('more-ref').waitFor();
    await expectNoFindings();

    await show('Personas');
    if (width === NARROW) await expectNoFindings();

    await show('Graph calls');
    await page.locator('[data-testid=call][data-refused=true] summary').click();
    await page.getByText('"code": 100').waitFor();
    await expectNoFindings(CALLS);

    await page.getByTestId('calls-filter').fill('nothing has this');
    await expectNoFindings(CALLS);

    await show('Chat');
    await page.getByTestId('new-customer').click();
    await page.getByTestId('get-started').waitFor();
    await page.getByTestId('menu').locator('summary').click();
    await expectNoFindings();
  });

  it('the initials of deleted personas are legible', async () => {
    await open(1280);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      const { ratio, opacity } = await page.evaluate<{
        ratio: number;
        opacity: string;
      }>(CONTRAST_OF_DELETED);
      expect([colorScheme, ratio >= 4.5]).toEqual([colorScheme, true]);
      expect(opacity).toBe('1');
    }
  });

  it('the header is complete at any width', async () => {
    await open(1280);
    const id = '4242';
    await emulated.emulator.say(id, 'hi');
    const message = { text: 'For another customer' };
    await emulated.graph('POST', '/me/messages', {
      recipient: { id },
      message,
    });
    await page.getByTestId('elsewhere').waitFor();
    for (const width of [320, 360, 720, 721, 768, 850, 980, 981, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      const scrollWidth = await page.evaluate(
        'document.documentElement.scrollWidth',
      );
      const misplaced = await page.evaluate<string[]>(MISPLACED_IN_HEADER);
      expect([width, scrollWidth, misplaced]).toEqual([width, width, []]);
    }
  });
});

const CONTRAST_OF_DELETED = `(() => {
  const face = document.querySelector('[data-deleted=true] .face');
  const { color, backgroundColor, opacity } = getComputedStyle(face);
  const luminance = (colour) => {
    const [red, green, blue] = colour.match(/[\\d.]+/g).map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [light, dark] = [color, backgroundColor].map(luminance).sort((a, b) => b - a);
  return { ratio: (light + 0.05) / (dark + 0.05), opacity };
})()`;

/** What in the header stands over something else, beyond its edge, or has its words cut off. */
const MISPLACED_IN_HEADER = `(() => {
  const header = document.querySelector('.chat-head');
  const frame = header.getBoundingClientRect();
  const parts = [...header.querySelectorAll('select, button, .check')].map((part) => [
    part.id || part.className,
    part.getBoundingClientRect(),
    part,
  ]);
  return parts.flatMap(([name, box, part], index) => [
    ...(box.left < frame.left || box.right > frame.right || box.bottom > frame.bottom
      ? [name + ' beyond the header']
      : []),
    ...(part.tagName !== 'SELECT' && part.scrollWidth > part.clientWidth ? [name + ' is cut off'] : []),
    ...parts
      .slice(index + 1)
      .filter(([, other]) =>
        box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom)
      .map(([other]) => name + ' over ' + other),
  ]);
})()`;
