import {
  startMessengerEmulator,
  type MessengerEmulator,
} from 'messenger-emulator';
import type { Browser, Locator, Page } from 'playwright-core';
import { describeInBrowser, launchBrowser } from './support/browser';
import {
  messageWith,
  openChatPage,
  startOver,
  type ChatPage,
} from './support/chatPage';
import { startPlainBot, type Answer, type PlainBot } from './support/plainBot';

const BANK = {
  id: '100000000000001',
  name: 'Lumen Bank',
  accessToken: 'TOKEN_OF_BANK',
};
const SHOP = {
  id: '100000000000002',
  name: 'Lumen Shop',
  accessToken: 'TOKEN_OF_SHOP',
};
const INJECTION = '<img src=x onerror="window.injected=1">';

describeInBrowser('the chat page', () => {
  let browser: Browser;
  let emulator: MessengerEmulator;
  let bot: PlainBot;
  let chat: ChatPage;
  let page: Page;
  let specialistMaySpeak: Promise<void>;
  /** The specialist says nothing before this is called. */
  let letSpecialistSpeak: () => void;

  beforeAll(async () => {
    browser = await launchBrowser();
    bot = await startPlainBot(
      BANK.accessToken,
      () => emulator.origin,
      answerWith(
        () => specialistMaySpeak,
        () => bot.pictureUrl,
      ),
    );
    emulator = await startEmulator();
    chat = await openChatPage(browser, emulator.origin);
    ({ page } = chat);
  });

  afterAll(async () => {
    await browser.close();
    await emulator.close();
    await bot.close();
  });

  beforeEach(async () => {
    specialistMaySpeak = new Promise((resolve) => {
      letSpecialistSpeak = resolve;
    });
    await startOver(chat, emulator);
  });

  afterEach(() => expect(chat.complaints).toEqual([]));

  function startEmulator(port?: number): Promise<MessengerEmulator> {
    return startMessengerEmulator({
      port,
      appId: '200000000000001',
      appSecret: 'SECRET_OF_APP',
      webhookUrl: bot.webhookUrl,
      pages: [BANK, SHOP],
    });
  }

  test('a person takes control in the inbox, answers, and passes it back', async () => {
    await emulator.say('1001', 'hi', { pageId: BANK.id });
    await page.getByTestId('inbox').locator('summary').click();
    await page.getByTestId('inbox-input').fill('A person here.');
    await page.getByTestId('inbox-answer').click();
    await page.getByTestId('annotation').getByText('A person').waitFor();
    await page.getByText('a person controls this conversation').waitFor();
    await page.getByTestId('inbox-owner').click();
    await page.getByText('as the default app, controls').waitFor();
    expect(emulator.state().conversations[0]?.threadOwner).toBe(
      '200000000000001',
    );
  });

  async function write(text: string): Promise<void> {
    await page.getByTestId('composer-input').fill(text);
    await page.getByTestId('composer-send').click();
  }

  /** The bubble with this text, once it is there. */
  function message(text: string): Promise<Locator> {
    return messageWith(page, text);
  }

  /** Looks from frame to frame: the page's policy keeps Playwright's own waiting from doing so. */
  async function scrolled(isThere: (below: number) => boolean): Promise<void> {
    while (!isThere(await page.evaluate<number>(BELOW))) {
      await page.evaluate('new Promise(requestAnimationFrame)');
    }
  }

  /** All that stands together with a message: its annotation, its face. */
  async function groupOf(text: string): Promise<Locator> {
    return (await message(text)).locator('..');
  }

  it('shows the Page with its own picture and without an annotation', async () => {
    await write('hi');

    expect(await (await message('hi')).getAttribute('data-from')).toBe('user');
    const group = await groupOf('Hello from the assistant');
    expect(await group.getByTestId('message').getAttribute('data-from')).toBe(
      'page',
    );
    expect(await group.getByTestId('annotation').count()).toBe(0);
    expect(await group.getByTestId('face').getAttribute('aria-label')).toBe(
      'Lumen Bank',
    );
    expect(await page.getByTestId('composer-input').inputValue()).toBe('');
  });

  it('shows the persona that answers a quick reply', async () => {
    await write('hi');
    await page
      .getByTestId('quick-reply')
      .filter({ hasText: 'Talk to Adam' })
      .click();

    const group = await groupOf('Adam here');
    await message('I have read your messages');
    expect(await group.getByTestId('message').count()).toBe(2);
    expect(await group.getByTestId('annotation').allTextContents()).toEqual([
      'Adam Z. from Lumen Bank',
    ]);
    const said = await message('Adam here');
    expect(await said.getAttribute('data-from')).toBe('persona');
    expect(await said.getAttribute('data-persona-name')).toBe('Adam Z.');
    await picture(group).waitFor();
    expect(await page.getByTestId('quick-reply').count()).toBe(0);
    expect(bot.events.at(-1)?.message).toMatchObject({
      text: 'Talk to Adam',
      quick_reply: { payload: 'AGENT' },
    });
  });

  it('sends the payload of a pressed template button', async () => {
    await write('menu');
    await page
      .getByTestId('template-button')
      .filter({ hasText: 'Block my card' })
      .click();

    await message('You pressed BLOCK_CARD');
    expect(bot.events.at(-1)?.postback).toMatchObject({
      title: 'Block my card',
      payload: 'BLOCK_CARD',
    });
    const terms = page
      .getByTestId('template-button')
      .filter({ hasText: 'Terms' });
    expect(await terms.getAttribute('href')).toBe('https://example.com/terms');
    const script = page
      .getByTestId('template-button')
      .filter({ hasText: 'Script' });
    expect(await script.getAttribute('href')).toBeNull();
  });

  it('shows an ephemeral persona from creation to deletion', async () => {
    await write('specialist');

    const typing = page.getByTestId('typing');
    await typing.waitFor();
    expect(await typing.getAttribute('data-persona-name')).toBe('Zoe Loans');
    expect(await typing.textContent()).toContain(
      'Zoe Loans from Lumen Bank is typing',
    );
    const row = page.getByTestId('persona').filter({ hasText: 'Zoe Loans' });
    expect(await row.getAttribute('data-deleted')).toBe('false');

    letSpecialistSpeak();
    const group = await groupOf('You can have the loan');
    await page.locator('[data-testid=persona][data-deleted=true]').waitFor();
    expect(await typing.count()).toBe(0);
    expect(await group.getByTestId('annotation').textContent()).toBe(
      'Zoe Loans from Lumen Bank',
    );
    await row.filter({ hasText: 'Deleted' }).waitFor();
  });

  it('shows initials if a picture cannot be fetched', async () => {
    await write('specialist');

    const face = page.getByTestId('persona').getByTestId('face');
    await face.waitFor();
    await face.locator('img').waitFor({ state: 'detached' });
    expect(await face.textContent()).toBe('ZL');
    letSpecialistSpeak();
    const group = await groupOf('You can have the loan');
    expect(await group.getByTestId('face').textContent()).toBe('ZL');
  });

  it('shows a refused call with its reason, and opens it', async () => {
    await write('ghost');

    const call = page.locator('[data-testid=call][data-refused=true]');
    await call.waitFor();
    expect(await call.getAttribute('data-status')).toBe('400');
    expect(await call.textContent()).toMatch(/persona_id 999 .*code 100/);
    const colour: [number, number, number] = await page.evaluate(
      "getComputedStyle(document.querySelector('[data-refused=true] .reason')).color.match(/\\d+/g).map(Number)",
    );
    expect(colour[0]).toBeGreaterThan(2 * Math.max(colour[1], colour[2]));

    await call.locator('summary').click();
    await call.getByText('"text": "Boo"').waitFor();
    await call.getByText('"code": 100').waitFor();
    expect(await page.content()).not.toContain(BANK.accessToken);
  });

  it('can refuse personas for a customer', async () => {
    await write('hi');
    await page.getByLabel('Personas refused for this customer').check();
    await emulator.waitFor(({ conversations }) => conversations[0]?.european);
    await write('agent');

    const call = page.locator('[data-testid=call][data-refused=true]').first();
    await call.waitFor();
    expect(await call.textContent()).toContain('2018336');
  });

  it('shows injected markup as text', async () => {
    await write(INJECTION);

    const said = await message('You said');
    expect(await said.textContent()).toBe(`You said ${INJECTION}`);
    expect(await said.getAttribute('data-persona-name')).toBe(INJECTION);
    const group = await groupOf('You said');
    expect(await group.getByTestId('annotation').textContent()).toBe(
      `${INJECTION} from Lumen Bank`,
    );
    expect(await page.getByTestId('persona').textContent()).toContain(
      INJECTION,
    );
    expect(await page.locator('img[src="x"], [onerror]').count()).toBe(0);
    expect(await page.evaluate('window.injected')).toBeUndefined();
  });

  it('keeps customers and Pages apart', async () => {
    await write('hi');
    await message('Hello from the assistant');
    await page.getByTestId('new-customer').click();
    await page.getByText('What Customer 1002 writes here').waitFor();
    expect(await page.getByTestId('message').count()).toBe(0);

    await page.getByTestId('customer-select').selectOption('1001');
    await message('Hello from the assistant');
    await page.getByTestId('page-select').selectOption(SHOP.id);
    await page.getByText('What Customer 1001 writes here').waitFor();
    expect(await page.getByTestId('message').count()).toBe(0);
  });

  it('shows what scripts do, also after a reload', async () => {
    await emulator.say('1001', 'agent');
    await message('Adam here');
    await page.reload();
    await message('Adam here');
    expect(await page.getByTestId('annotation').count()).toBe(1);
  });

  it('reconnects to a restarted emulator', async () => {
    await write('agent');
    await message('Adam here');
    await emulator.close();
    await page.getByText('Reconnecting…').waitFor();

    emulator = await startEmulator(Number(new URL(emulator.origin).port));
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByText('What Customer 1001 writes here').waitFor();
    expect(await page.getByTestId('message').count()).toBe(0);
    expect(await page.getByTestId('persona').count()).toBe(0);
    expect(await page.getByTestId('call').count()).toBe(0);
  });

  it('stays at the end, unless the user has scrolled up', async () => {
    for (let said = 0; said < 20; said += 1) await emulator.say('1001', 'hi');
    await emulator.say('1001', 'agent');
    await message('Adam here');
    expect(await page.evaluate(BELOW)).toBeLessThan(1);

    await page.locator('#scroller').hover();
    await page.mouse.wheel(0, -400);
    await scrolled((below) => below > 300);
    await emulator.say('1001', 'menu');
    await message('What can I do for you?');
    expect(await page.evaluate(BELOW)).toBeGreaterThan(300);
    await write('I am back');
    await scrolled((below) => below < 1);
  });

  it('reports when the bot cannot be reached', async () => {
    const nowhere = 'http://127.0.0.1:9/webhook';
    emulator.setWebhookUrl(nowhere);
    await write('hi');
    const notice = page
      .getByRole('alert')
      .filter({ hasText: 'could not be reached' });
    expect(await notice.textContent()).toContain(nowhere);
    emulator.setWebhookUrl(bot.webhookUrl);
  });

  it('works by keyboard', async () => {
    await page.getByTestId('composer-input').focus();
    await page.keyboard.type('hi');
    await page.keyboard.press('Enter');
    await page.getByTestId('quick-reply').first().waitFor();
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Shift+Tab');
    expect(await focused()).toBe('quick-reply');
    await page.keyboard.press('Enter');

    await message('Adam here');
    expect(await focused()).toBe('composer-input');
  });

  function focused(): Promise<string> {
    return page.evaluate('document.activeElement.dataset.testid');
  }

  it('works on a phone', async () => {
    const phone = { viewport: { width: 390, height: 844 }, hasTouch: true };
    chat = await openChatPage(browser, emulator.origin, phone);
    ({ page } = chat);
    await write('menu');
    await message('What can I do for you?');
    await write('ghost');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(
      390,
    );
    expect(await page.getByTestId('composer-send').isVisible()).toBe(true);

    await page.getByRole('button', { name: 'Graph calls' }).tap();
    await page.locator('[data-testid=call][data-refused=true]').waitFor();
    expect(await page.getByTestId('composer-send').isVisible()).toBe(false);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(
      390,
    );
  });
});

/** How much of the conversation, in pixels, lies below what is in view. */
const BELOW =
  '((box) => box.scrollHeight - box.scrollTop - box.clientHeight)(document.querySelector("#scroller"))';

/** A face's picture that has arrived. */
function picture(group: Locator): Locator {
  return group.getByTestId('face').locator('img');
}

function answerWith(
  specialistMaySpeak: () => Promise<void>,
  pictureUrl: () => string,
): Answer {
  return async (event, graph) => {
    const recipient = event.sender;
    const said =
      event.message?.quick_reply?.payload ?? event.message?.text ?? '';
    const send = (message: object, persona_id?: string) =>
      graph('POST', '/me/messages', { recipient, message, persona_id });
    const createPersona = async (name: string, profile_picture_url: string) =>
      (await graph('POST', '/me/personas', { name, profile_picture_url })).id ??
      '';

    if (event.postback) {
      await send({ text: `You pressed ${event.postback.payload}` });
    } else if (said === 'hi') {
      await send({
        text: 'Hello from the assistant',
        quick_replies: [
          { content_type: 'text', title: 'Talk to Adam', payload: 'AGENT' },
        ],
      });
    } else if (said === 'agent' || said === 'AGENT') {
      const adam = await createPersona('Adam Z.', pictureUrl());
      await send({ text: 'Adam here' }, adam);
      await send({ text: 'I have read your messages' }, adam);
    } else if (said === 'menu') {
      await send({ attachment: { type: 'template', payload: MENU } });
    } else if (said === 'specialist') {
      const zoe = await createPersona('Zoe Loans', `${pictureUrl()}.missing`);
      const sender_action = 'typing_on';
      await graph('POST', '/me/messages', {
        recipient,
        sender_action,
        persona_id: zoe,
      });
      await specialistMaySpeak();
      await send({ text: 'You can have the loan' }, zoe);
      await graph('DELETE', `/${zoe}`);
    } else if (said === 'ghost') {
      await send({ text: 'Boo' }, '999');
    } else {
      const injected = await createPersona(said, pictureUrl());
      await send({ text: `You said ${said}` }, injected);
    }
  };
}

const MENU = {
  template_type: 'button',
  text: 'What can I do for you?',
  buttons: [
    { type: 'postback', title: 'Block my card', payload: 'BLOCK_CARD' },
    { type: 'web_url', title: 'Terms', url: 'https://example.com/terms' },
    { type: 'web_url', title: 'Script', url: 'javascript:window.injected=1' },
  ],
};
