import type { JsonObject } from 'messenger-emulator';
import type { Browser, Locator, Page } from 'playwright-core';
import { describeInBrowser, launchBrowser } from './support/browser';
import {
  messageWith,
  openChatPage,
  startOver,
  type ChatPage,
} from './support/chatPage';
import { startEmulated, type Emulated } from './support/emulated';

/** As whom the page writes. */
const PSID = '1001';
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
  'base64',
);

describeInBrowser('what a customer does on the chat page', () => {
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
    emulated.deliveries.length = 0;
  });

  afterEach(() => expect(chat.complaints).toEqual([]));

  test('edits a text of their own', async () => {
    await page.getByTestId('composer-input').fill('helo');
    await page.getByTestId('composer-send').click();
    const bubble = page.getByTestId('message').filter({ hasText: 'helo' });
    await bubble.hover();
    await bubble.getByTestId('edit').click();
    await page.getByTestId('composer-input').fill('hello');
    await page.getByTestId('composer-input').press('Enter');
    const edited = page.getByTestId('message').filter({ hasText: 'hello' });
    await edited.getByTestId('edited').waitFor();
    expect(await page.getByTestId('message').count()).toBe(1);
    expect(emulated.deliveries.at(-1)?.event).toMatchObject({
      message_edit: { text: 'hello', num_edit: 1 },
    });
  });

  test('cancels an edit with Escape', async () => {
    await page.getByTestId('composer-input').fill('hi');
    await page.getByTestId('composer-send').click();
    const bubble = page.getByTestId('message').filter({ hasText: 'hi' });
    await bubble.hover();
    await bubble.getByTestId('edit').click();
    await page.getByTestId('composer-input').press('Escape');
    await page.getByTestId('composer-input').fill('another');
    await page.getByTestId('composer-input').press('Enter');
    await page.getByTestId('message').filter({ hasText: 'another' }).waitFor();
    expect(await page.getByTestId('message').count()).toBe(2);
  });

  async function setProfile(profile: object): Promise<void> {
    const { status } = await emulated.graph(
      'POST',
      '/me/messenger_profile',
      profile,
    );
    expect(status).toBe(200);
  }

  /** A message of the bot's to the customer on the page, and where it stands. */
  async function botSays(message: object): Promise<Locator> {
    const { body } = await emulated.graph('POST', '/me/messages', {
      recipient: { id: PSID },
      message,
    });
    const mid = JSON.stringify(body.message_id);
    const shown = page.locator(`[data-mid=${mid}]`);
    await shown.waitFor();
    return shown;
  }

  function botSendsTemplate(payload: object): Promise<Locator> {
    return botSays({ attachment: { type: 'template', payload } });
  }

  /** The event that an action on the page sends to the bot's webhook. */
  async function told(does: () => Promise<void>): Promise<JsonObject> {
    const answered = page.waitForResponse(/\/_emulator\/(actions|messages)$/);
    await does();
    expect((await answered).status()).toBe(200);
    return emulated.deliveries.at(-1)?.event ?? {};
  }

  function more(name: string): Promise<JsonObject> {
    return told(async () => {
      await page.getByTestId('more').locator('summary').click();
      await page.getByRole('button', { name, exact: true }).click();
    });
  }

  it('begins with the greeting and Get Started', async () => {
    await setProfile({
      get_started: { payload: 'START' },
      greeting: [{ locale: 'default', text: 'Hello {{user_first_name}}!' }],
    });
    await page.getByTestId('greeting').getByText('Hello Customer!').waitFor();
    const event = await told(() => page.getByTestId('get-started').click());
    expect(event.postback).toMatchObject({
      title: 'Get Started',
      payload: 'START',
    });
    await messageWith(page, 'Get Started');
    expect(await page.getByTestId('get-started').isVisible()).toBe(false);
    expect(await page.getByTestId('greeting').isVisible()).toBe(false);
  });

  it('begins with an ice breaker', async () => {
    await setProfile({
      ice_breakers: [
        {
          locale: 'default',
          call_to_actions: [
            { question: 'Where are you?', payload: 'WHERE' },
            { question: '<b>When?</b>', payload: 'WHEN' },
          ],
        },
      ],
    });
    await page.getByTestId('ice-breaker').getByText('<b>When?</b>').waitFor();
    const event = await told(() =>
      page.getByTestId('ice-breaker').first().click(),
    );
    expect(event.postback).toMatchObject({
      title: 'Where are you?',
      payload: 'WHERE',
    });
  });

  it('chooses from the persistent menu, which can be the only input', async () => {
    expect(await page.getByTestId('menu').isVisible()).toBe(false);
    await setProfile({
      get_started: { payload: 'START' },
      persistent_menu: [
        {
          locale: 'default',
          composer_input_disabled: true,
          call_to_actions: [
            { type: 'postback', title: 'An agent', payload: 'AGENT' },
            { type: 'web_url', title: 'Shop', url: 'https://example.com/' },
          ],
        },
      ],
    });
    const summary = page.getByTestId('menu').locator('summary');
    await summary.click();
    expect(await page.getByTestId('composer-input').isDisabled()).toBe(true);
    const [agent, shop] = await page.getByTestId('menu-entry').all();
    expect(await shop?.getAttribute('href')).toBe('https://example.com/');
    await page.keyboard.press('Escape');
    expect(await agent?.isVisible()).toBe(false);

    await summary.press('Enter');
    const event = await told(async () => agent?.press('Enter'));
    expect(event.postback).toMatchObject({
      title: 'An agent',
      payload: 'AGENT',
    });
    expect(await agent?.isVisible()).toBe(false);
  });

  it('sees a long quick reply truncated, and sends it whole', async () => {
    await emulated.emulator.say(PSID, 'hi');
    const title = 'abcdefghijklmnopqrstuvwxyz';
    const offered = { content_type: 'text', title, payload: 'LETTERS' };
    await botSays({ text: 'Which?', quick_replies: [offered] });
    const quickReply = page.getByTestId('quick-reply');
    expect(await quickReply.textContent()).toBe('abcdefghijklmnopqrst…');
    expect(await told(() => quickReply.click())).toMatchObject({
      message: { text: title, quick_reply: { payload: 'LETTERS' } },
    });
  });

  it('sends a picture, and a file', async () => {
    const send = (name: string, mimeType: string) =>
      told(() =>
        page
          .locator('#more-file')
          .setInputFiles({ name, mimeType, buffer: PNG }),
      );
    const image = await send('pear.png', 'image/png');
    const url = expect.stringContaining('/_emulator/attachments/') as string;
    expect(image.message).toMatchObject({
      attachments: [{ type: 'image', payload: { url } }],
    });
    await page.locator('img.photo').waitFor();
    const file = await send('list.pdf', 'application/pdf');
    expect(file.message).toMatchObject({
      attachments: [{ type: 'file', payload: { url } }],
    });
    await page.locator('a.file').waitFor();
  });

  it('sends a thumb', async () => {
    const event = await more('Send a thumb');
    expect(event.message).toMatchObject({
      attachments: [
        { type: 'sticker', payload: { sticker_id: 369239263222822 } },
      ],
    });
    await page.locator('img.sticker').waitFor();
  });

  it('follows a link: sent at once, or with the first button', async () => {
    await page.getByTestId('more').locator('summary').click();
    await page.getByTestId('more-ref').fill('flyer');
    await page.getByRole('button', { name: 'By an m.me link' }).click();
    await page.getByText('learns of the link with the first button').waitFor();
    expect(emulated.deliveries).toEqual([]);

    await emulated.emulator.say(PSID, 'hi');
    await page.getByTestId('customer-select').selectOption(PSID);
    await messageWith(page, 'hi');
    await page.getByTestId('more').locator('summary').click();
    await page.getByTestId('more-ref').fill('poster');
    const event = await told(() => page.getByTestId('more-ref').press('Enter'));
    expect(event.referral).toMatchObject({
      ref: 'poster',
      type: 'OPEN_THREAD',
    });
    await messageWith(page, 'Came by a link: poster');
  });

  it('opts in on a website', async () => {
    expect((await more('By “Send to Messenger”')).optin).toBeDefined();
    await messageWith(page, 'Pressed “Send to Messenger”');
    expect((await more("By a website's checkbox")).optin).toMatchObject({
      ref: 'checkbox',
    });
    await messageWith(page, 'Ticked the checkbox');
  });

  it('logs in and out', async () => {
    expect((await more('Log in (account linking)')).account_linking).toEqual({
      status: 'linked',
      authorization_code: 'emulated',
    });
    await messageWith(page, 'Logged in');
    expect((await more('Log out')).account_linking).toEqual({
      status: 'unlinked',
    });
    await messageWith(page, 'Logged out');
  });

  describe('with what the bot has sent', () => {
    beforeEach(async () => {
      await emulated.emulator.say(PSID, 'hi');
      await messageWith(page, 'hi');
    });

    it.each(['one_time_notif_req', 'notification_messages'])(
      'agrees to a %s',
      async (type) => {
        const shown = await botSendsTemplate({
          template_type: type,
          title: 'News about pears',
          payload: 'PEARS',
        });
        const event = await told(() => shown.getByRole('button').click());
        expect(event.optin).toMatchObject({ type, payload: 'PEARS' });
        await messageWith(page, 'Agreed: ');
      },
    );

    it('logs in by a button, on the login page of the bot', async () => {
      await page.context().route('https://example.com/**', (route) => {
        const request = route.request();
        if (request.method() === 'GET') {
          const body = '<form method="post"><button>Sign in</button></form>';
          return route.fulfill({ contentType: 'text/html', body });
        }
        const asked = new URL(request.url()).searchParams;
        const location = `${asked.get('redirect_uri')}&authorization_code=A1`;
        return route.fulfill({ status: 302, headers: { location } });
      });
      const shown = await botSendsTemplate({
        template_type: 'button',
        text: 'Who are you?',
        buttons: [{ type: 'account_link', url: 'https://example.com/login' }],
      });
      const opened = page.context().waitForEvent('page');
      await shown.getByRole('button', { name: 'Log in' }).click();
      const window = await opened;
      await window.getByRole('button', { name: 'Sign in' }).click();
      await window.getByText('You are logged in').waitFor();
      expect(await window.evaluate('window.opener')).toBeNull();
      expect(emulated.deliveries.at(-1)?.event.account_linking).toEqual({
        status: 'linked',
        authorization_code: 'A1',
      });
      await messageWith(page, 'Logged in');
      // A page behind another is drawn seldom.
      await window.close();
    });

    it('reacts, and removes the reaction', async () => {
      const shown = await botSays({ text: 'Do you like pears?' });
      await shown.hover();
      const event = await told(async () => {
        await shown.getByTestId('react').locator('summary').click();
        await shown.getByRole('button', { name: 'Love' }).click();
      });
      expect(event.reaction).toMatchObject({ action: 'react', emoji: '❤' });
      const reaction = shown.getByTestId('reaction');
      await reaction.waitFor();
      await page.reload();
      expect(await reaction.textContent()).toBe('❤');

      const taken = await told(() => reaction.click());
      expect(taken.reaction).toMatchObject({ action: 'unreact' });
      await reaction.waitFor({ state: 'detached' });
    });

    it('sees a reaction of the bot', async () => {
      const mid = emulated.emulator.state().conversations[0]?.entries[0]?.mid;
      const answer = await emulated.graph('POST', '/me/messages', {
        recipient: { id: PSID },
        sender_action: 'react',
        payload: { message_id: mid, reaction: 'love' },
      });
      expect(answer).toMatchObject({ status: 200 });
      await page.getByTestId('reaction').waitFor();
    });
  });
});
