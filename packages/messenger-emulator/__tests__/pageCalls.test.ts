import type { Browser, Page } from 'playwright-core';
import { describeInBrowser, launchBrowser } from './support/browser';
import { openChatPage, startOver, type ChatPage } from './support/chatPage';
import { PSID, startEmulated, type Emulated } from './support/emulated';

describeInBrowser('the Graph calls on the chat page', () => {
  let browser: Browser;
  let emulated: Emulated;
  let chat: ChatPage;
  let page: Page;

  beforeAll(async () => {
    browser = await launchBrowser();
    emulated = await startEmulated();
    chat = await openChatPage(browser, emulated.emulator.origin);
    ({ page } = chat);
  });

  afterAll(async () => {
    await browser.close();
    await emulated.close();
  });

  beforeEach(async () => {
    await startOver(chat, emulated.emulator);
    await emulated.emulator.say(PSID, 'hi');
    const adam = await emulated.persona();
    await send({ message: { text: 'Adam here' }, persona_id: adam });
    await send({ sender_action: 'typing_on' });
    await send({ message: { text: 'Boo' }, persona_id: '999' });
    await shown(4);
  });

  async function send(body: object): Promise<void> {
    await emulated.graph('POST', '/me/messages', {
      recipient: { id: PSID },
      ...body,
    });
  }

  /** The descriptions of the visible calls, newest first, once there are `count`. */
  async function shown(count: number): Promise<string[]> {
    const calls = page.locator('[data-testid=call]:visible');
    if (count > 0) await calls.nth(count - 1).waitFor();
    await page.getByText(new RegExp(`^${count}( of \\d+)? shown`)).waitFor();
    return page.locator('[data-testid=call]:visible .hint').allInnerTexts();
  }

  it('have a short description', async () => {
    expect(await shown(4)).toEqual([
      'Boo',
      'typing_on',
      'Adam here',
      'Adam Z.',
    ]);
  });

  it('are filtered by text, path, persona, status and reason', async () => {
    for (const [words, found] of [
      ['adam HERE', ['Adam here']],
      ['/me/personas', ['Adam Z.']],
      ['Adam Z.', ['Adam here', 'Adam Z.']],
      ['400', ['Boo']],
      ['does not match', ['Boo']],
    ] as const) {
      await page.getByTestId('calls-filter').fill(words);
      expect([words, await shown(found.length)]).toEqual([words, found]);
      await page.getByTestId('calls-filter').fill('');
      expect(await shown(4)).toHaveLength(4);
    }
  });

  it('that arrive later are filtered too, and an empty list says so', async () => {
    await page.getByTestId('calls-filter').fill('pears');
    await page.getByText('No call has “pears” in it.').waitFor();
    await send({ message: { text: 'More of Adam' } });
    await send({ message: { text: 'More pears' } });
    expect(await shown(1)).toEqual(['More pears']);
  });

  it('are cleared, and new ones appear', async () => {
    await page.getByTestId('calls-clear').click();
    expect(await shown(0)).toEqual([]);
    await page.getByText('No calls to the Graph API.').waitFor();
    await send({ message: { text: 'Later' } });
    expect(await shown(1)).toEqual(['Later']);
    expect(emulated.emulator.state().requests).toHaveLength(5);
  });
});
