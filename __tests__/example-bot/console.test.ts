import path from 'node:path';

import type { Browser, Page } from 'playwright-core';

import {
  describeInBrowser,
  launchBrowser,
} from '../../packages/messenger-emulator/__tests__/support/browser';
import { PATIENCE_MS } from '../../packages/messenger-emulator/__tests__/support/patience';
import {
  AgentPage,
  HOST_NAME,
  PAGE,
  startConsoleBot,
  type ConsoleBot,
} from './agentsConsole';

const PICTURE = path.join('example-bot', 'offer.png');
/** What the plugin says before the bot speaks after a human, and then the bot. */
const BACK = 'You are with the bot again.';
const AGAIN = 'What else can I do for you?';

describeInBrowser('the agents’ console', () => {
  let browser: Browser;
  let bot: ConsoleBot;
  const opened: AgentPage[] = [];

  beforeAll(async () => {
    browser = await launchBrowser([
      `--host-resolver-rules=MAP ${HOST_NAME} 127.0.0.1`,
    ]);
    bot = await startConsoleBot();
  });
  afterAll(async () => {
    await browser.close();
    await bot.close();
  });

  async function open(url = bot.url): Promise<AgentPage> {
    const agent = await AgentPage.open(browser, url);
    opened.push(agent);
    return agent;
  }

  /** Signs out all agents, and forgets their customers. */
  afterEach(async () => {
    const complaints = opened.flatMap((each) => each.complaints);
    for (const { page } of opened.splice(0)) {
      if (page.isClosed()) continue;
      if (await page.locator('#sign-out').isVisible()) {
        await page.locator('#sign-out').click();
        await page.getByLabel('Your name').waitFor();
      }
      await page.context().close();
    }
    expect(complaints).toEqual([]);
  });

  const say = (psid: string, text: string) => bot.emulator.say(psid, text);
  const named = (psid: string, name: string) =>
    bot.emulator.customer.set(psid, { name });

  /** What a customer was sent, with who is shown. */
  const shown = (psid: string) =>
    (
      bot.emulator
        .state()
        .conversations.find((conversation) => conversation.psid === psid)
        ?.entries ?? []
    )
      .filter(({ from, message }) => from !== 'user' && message)
      .map(({ persona, message }) => [
        persona?.name ?? 'Page',
        message?.text ?? '[picture]',
      ]);

  const shows = (psid: string, text: string) =>
    bot.emulator.waitFor(() => shown(psid).some(([, each]) => each === text));

  /** An agent with a customer, who is theirs. */
  async function withCustomer(psid: string, name: string): Promise<AgentPage> {
    await say(psid, 'agent');
    const agent = await open();
    await agent.signIn(name);
    await agent.openCustomer(psid);
    await agent.takeOver();
    return agent;
  }

  it('two agents and two customers, from the question to the hand-back', async () => {
    const chat = await openChat();
    const write = async (text: string) => {
      await chat.getByTestId('composer-input').fill(text);
      await chat.getByTestId('composer-send').click();
    };
    /** Who is shown with this text, once it is there. */
    const speakerOf = async (text: string) => {
      const found = chat.getByTestId('message').filter({ hasText: text });
      await found.last().waitFor();
      const group = found.last().locator('..');
      return group.getByTestId('face').getAttribute('aria-label');
    };

    // Nobody is there: the bot goes on as Adam, and the customer is in the queue.
    await write('hi');
    expect(await speakerOf('What can I do for you?')).toBe(PAGE.name);
    await write('agent');
    expect(await speakerOf('Adam here.')).toBe('Adam Z. · AI');

    const ana = await open();
    await ana.signIn('Ana Lima', 'fern');
    await ana.titleIs("1 waiting · Agents' console");
    const ben = await open();
    await ben.signIn('Ben');

    // What was said before is there, the bot's turns apart from the customer's.
    for (const each of [ana, ben]) await each.openCustomer('Customer 1001');
    const before = ana.page.locator('#log .group');
    await ana.message('Adam here.').waitFor();
    await ana.page.getByText('asked for a human ·').waitFor();
    expect(await sidesOf(ana)).toEqual([
      ['customer', 'hi'],
      ['bot', 'This is an automated chat.'],
      ['bot', 'Hello! I am the bot of this Page. What can I do for you?'],
      ['customer', 'agent'],
      ['bot', 'One moment, I am getting a colleague.'],
      ['bot', 'Hi, Adam here. I have read along: how can I help?'],
    ]);
    expect(await before.first().textContent()).toMatch(/Customer 1001 · \d/);
    await before.getByText('Adam Z. · AI (bot)').waitFor();

    // Both take the customer: the one who loses sees who won.
    const both = [ana, ben];
    await Promise.all(
      both.map(({ page }) =>
        page.evaluate("document.querySelector('#take').click()"),
      ),
    );
    await Promise.all(
      both.map(({ page }) =>
        page.locator('#answer:visible, #notice:visible').first().waitFor(),
      ),
    );
    const isAnas = await ana.answer.isVisible();
    const [winner, loser] = isAnas ? [ana, ben] : [ben, ana];
    const name = isAnas ? 'Ana Lima' : 'Ben';
    await loser.notice.getByText(`${name} took this customer first.`).waitFor();
    await loser.page.getByText(`With ${name}`, { exact: true }).waitFor();

    // Several lines, a typing indicator, and how far it came.
    expect(await winner.answer.evaluate('document.activeElement.id')).toBe(
      'answer-input',
    );
    await winner.answer.pressSequentially('Hello,');
    const typing = chat.getByTestId('typing');
    await typing.waitFor();
    expect(await typing.getAttribute('data-persona-name')).toBe(name);
    await loser.page.getByText(`${name} is typing…`).waitFor();
    await winner.answer.press('Shift+Enter');
    await winner.answer.pressSequentially('<b>how</b> can I help?');
    await winner.answer.press('Enter');
    expect(await speakerOf('Hello,\n<b>how</b> can I help?')).toBe(name);
    await typing.waitFor({ state: 'detached' });
    expect(await winner.answer.inputValue()).toBe('');
    await winner.page.getByText('Delivered', { exact: true }).waitFor();
    await write('A pear, please');
    await winner.page.getByText('Seen', { exact: true }).waitFor();

    // A saved reply, and a picture.
    await winner.page.getByLabel('Saved replies').click();
    await winner.page.getByRole('button', { name: 'order number' }).click();
    await winner.answer.press('Enter');
    expect(await speakerOf('May I have your order number?')).toBe(name);
    await winner.page.locator('#picture').setInputFiles(PICTURE);
    const picture = chat.locator('.photo');
    await picture.waitFor();
    await winner.page.locator('#log .photo').waitFor();

    // A second customer does not disturb the first, but is seen.
    named('2002', 'Zoe Zest');
    await say('2002', 'agent');
    await winner.titleIs("1 waiting · Agents' console");
    await winner.openCustomer('Zoe Zest');
    await winner.takeOver();
    await write('Are you there?');
    await winner.titleIs("1 unread · Agents' console");
    await winner.customer('Customer 1001').getByText('1 unread').waitFor();
    // It is not the colleague who has not read it.
    const others = loser.customer('Customer 1001');
    await others.getByText('Are you there?').waitFor();
    expect(await others.getByText('1 unread').count()).toBe(0);
    await winner.openCustomer('Customer 1001');
    await winner.titleIs("Agents' console");

    // Over to the colleague, who sees it as unread, and back to the bot.
    await winner.page.locator('#hand-over summary').click();
    const colleague = isAnas ? 'Ben' : 'Ana Lima';
    await winner.page.getByRole('button', { name: `To ${colleague}` }).click();
    await winner.page
      .locator('#head-status')
      .getByText(`With ${colleague}`)
      .waitFor();
    await loser.answer.waitFor();
    await loser.page.getByText(`handed over to ${colleague}`).waitFor();
    await loser.write('Hello again');
    expect(await speakerOf('Hello again')).toBe(colleague);
    await loser.page.getByRole('button', { name: 'Hand back' }).click();
    expect(await speakerOf(BACK)).toBe(PAGE.name);
    await loser.page.getByText('handed back to the bot').waitFor();
    expect(await speakerOf(AGAIN)).toBe(PAGE.name);
    await write('hi');
    expect(await speakerOf('Hello! I am the bot of this Page.')).toBe(
      PAGE.name,
    );

    // Signing out deletes the persona; the customer waits, with the bot.
    await winner.page.getByRole('button', { name: 'Sign out' }).click();
    await shows('2002', 'A colleague will be with you as soon as possible.');
    await bot.emulator.waitFor(({ personas }) =>
      personas.find((each) => each.name === name && each.deleted),
    );
    await loser.titleIs("1 waiting · Agents' console");
    await chat.context().close();
  });

  it('F5, a second tab and its end keep agents and customers', async () => {
    const ana = await withCustomer('3001', 'Ana');
    await ana.page.reload();
    await ana.isLive();
    await ana.answer.waitFor();
    const tab = await ana.tab();
    await tab.isLive();
    await tab.openCustomer('3001');
    await tab.write('From the second tab');
    await ana.message('From the second tab').waitFor();
    await tab.page.close();
    await ana.write('From the first');
    await shows('3001', 'From the first');
    expect(
      shown('3001')
        .map(([who]) => who)
        .slice(-2),
    ).toEqual(['Ana', 'Ana']);
  });

  it('a restart of the bot keeps agents, customers and what was said', async () => {
    const ana = await withCustomer('3002', 'Ana');
    await ana.write('Before');
    await shows('3002', 'Before');
    await bot.stop();
    await ana.page.getByText('Reconnecting…').waitFor();
    await ana.write('While it is away');
    await ana.notice.getByText('cannot be reached').waitFor();
    expect(await ana.answer.inputValue()).toBe('While it is away');
    const { url } = bot;
    await bot.start();
    expect(bot.url).toBe(url);
    await ana.isLive();
    await ana.message('Before').waitFor();
    await ana.answer.press('Enter');
    await shows('3002', 'While it is away');
    expect(shown('3002').at(-1)).toEqual(['Ana', 'While it is away']);
    await say('3002', 'and back');
    await ana.message('and back').waitFor();
    expectAlone('While it is away', '3002');
  });

  it('works by a host name over http, and by no other', async () => {
    const url = new URL(bot.url);
    url.hostname = HOST_NAME;
    await say('3003', 'agent');
    const ana = await open(url.href);
    expect(await ana.page.evaluate('isSecureContext')).toBe(false);
    await ana.signIn('Ana');
    await ana.openCustomer('3003');
    await ana.takeOver();
    await ana.write('By name');
    await shows('3003', 'By name');
  });

  it('a picture whose address is none hides nothing', async () => {
    await say('1071', 'agent');
    const ana = await open();
    await ana.signIn('Ana');
    await ana.openCustomer('1071');
    await bot.deliver({
      sender: { id: '1071' },
      message: {
        mid: 'm_none',
        attachments: [{ type: 'image', payload: { url: 'http://[' } }],
      },
    });
    await say('1071', 'Are you there?');
    await ana.message('Are you there?').waitFor();
    await ana.message('[picture]').waitFor();
  });

  it('Enter twice sends once', async () => {
    const ana = await withCustomer('3004', 'Ana');
    await ana.answer.fill('Once');
    await Promise.all([ana.answer.press('Enter'), ana.answer.press('Enter')]);
    await ana.write('Then this');
    await shows('3004', 'Then this');
    expectAlone('Once', '3004');
  });

  it('a message that fails says why, and goes out again', async () => {
    const ana = await withCustomer('3005', 'Ana');
    const endFault = bot.emulator.fail({
      path: '/me/messages',
      error: { code: 1200, message: 'Temporary send message failure.' },
    });
    await ana.write('Not yet');
    await ana.page.getByText('Temporary send message failure.').waitFor();
    endFault();
    await ana.page.getByRole('button', { name: 'Send again' }).click();
    await shows('3005', 'Not yet');
    await ana.page
      .getByRole('button', { name: 'Send again' })
      .waitFor({ state: 'detached' });
    expectAlone('Not yet', '3005');
  });

  it('a hand-back that fails leaves the customer with the agent', async () => {
    const ana = await withCustomer('3006', 'Ana');
    const endFault = bot.emulator.fail({
      path: '/me/messages',
      error: { code: 1200 },
    });
    await ana.page.getByRole('button', { name: 'Hand back' }).click();
    await ana.notice.getByText('stays with you').waitFor();
    endFault();
    await ana.write('Still me');
    await shows('3006', 'Still me');
    await ana.page.getByRole('button', { name: 'Hand back' }).click();
    await shows('3006', AGAIN);
    expect(shown('3006').slice(-2)).toEqual([
      ['Page', BACK],
      ['Page', AGAIN],
    ]);
    await ana.notice.waitFor({ state: 'hidden' });
  });

  it('a draft survives what comes, and belongs to its customer', async () => {
    const ana = await withCustomer('3007', 'Ana');
    await ana.answer.fill('A draft');
    await say('3007', 'Hello?');
    await ana.message('Hello?').waitFor();
    expect(await ana.answer.inputValue()).toBe('A draft');
    await say('3008', 'agent');
    await ana.openCustomer('3008');
    await ana.takeOver();
    expect(await ana.answer.inputValue()).toBe('');
    await ana.answer.fill('Another draft');
    await ana.openCustomer('3007');
    expect(await ana.answer.inputValue()).toBe('A draft');
    expect(shown('3007').map(([, text]) => text)).not.toContain('A draft');
  });

  it('eight tabs of a browser share a stream, and all work', async () => {
    const ana = await withCustomer('3009', 'Ana');
    const tabs: AgentPage[] = [];
    for (let count = 0; count < 7; count += 1) tabs.push(await ana.tab());
    for (const tab of tabs) await tab.isLive();
    const last = tabs[6] ?? ana;
    await last.openCustomer('3009');
    await last.write('From the eighth tab');
    await shows('3009', 'From the eighth tab');
    for (const tab of tabs)
      await tab.customer('3009').getByText('From the eighth').waitFor();
  });

  it('an agent who is away can be relieved', async () => {
    const ana = await withCustomer('3010', 'Ana');
    const ben = await open();
    await ben.signIn('Ben');
    await ben.openCustomer('3010');
    await ben.page.getByText('With Ana', { exact: true }).waitFor();
    expect(await ben.page.locator('#take').isVisible()).toBe(false);
    const { page } = ana;
    const { cookies } = await page.context().storageState();
    await page.goto('about:blank');
    await ben.page.getByText('With Ana, who is away').waitFor();
    await ben.page.getByRole('button', { name: 'Take over from Ana' }).click();
    await ben.write('Ben here');
    await shows('3010', 'Ben here');
    // So that she is signed out.
    await page.context().addCookies(cookies);
    await page.goto(bot.url);
    await ana.isLive();
  });

  it('bye: the customer leaves the human', async () => {
    const ana = await withCustomer('3011', 'Ana');
    await say('3011', 'bye');
    await ana.page.getByText('said goodbye').waitFor();
    await ana.page.getByText('With the bot', { exact: true }).waitFor();
    await shows('3011', AGAIN);
    expect(shown('3011').at(-1)).toEqual(['Page', AGAIN]);
  });

  async function openChat(): Promise<Page> {
    const page = await (await browser.newContext()).newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    await page.goto(bot.emulator.origin);
    await page.getByText('Live', { exact: true }).waitFor();
    return page;
  }

  /** Who said what, as the opened conversation shows it. */
  async function sidesOf({ page }: AgentPage) {
    const messages = await page.locator('#log .message').all();
    return Promise.all(
      messages.map(async (message) => [
        await message.getAttribute('data-from'),
        await message.textContent(),
      ]),
    );
  }

  function expectAlone(text: string, psid: string): void {
    expect(shown(psid).filter(([, each]) => each === text)).toHaveLength(1);
  }
});
