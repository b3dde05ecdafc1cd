import type { Browser, Locator, Page } from 'playwright-core';
import { describeInBrowser, launchBrowser } from './support/browser';
import { openChatPage } from './support/chatPage';
import { PSID, startEmulated, type Emulated } from './support/emulated';
import { templates } from './support/templates';

describeInBrowser('templates on the chat page', () => {
  let browser: Browser;
  let emulated: Emulated;
  let page: Page;
  let complaints: string[];
  let pictureUrl: string;

  beforeAll(async () => {
    browser = await launchBrowser();
    emulated = await startEmulated();
    pictureUrl = `${emulated.emulator.origin}/_emulator/pictures/customer`;
    await emulated.emulator.say(PSID, 'hi');
    ({ page, complaints } = await openChatPage(
      browser,
      emulated.emulator.origin,
    ));
  });

  afterAll(async () => {
    await browser.close();
    await emulated.close();
    expect(complaints).toEqual([]);
  });

  /** The message that shows this template. */
  async function sent(type: string, payload?: object): Promise<Locator> {
    const answer = await emulated.graph('POST', '/me/messages', {
      recipient: { id: PSID },
      message: {
        attachment: {
          type: 'template',
          payload: {
            template_type: type,
            ...(payload ?? templates(pictureUrl)[type]),
          },
        },
      },
    });
    expect(answer).toMatchObject({ status: 200 });
    const mid = JSON.stringify(answer.body.message_id);
    const shown = page.locator(`[data-mid=${mid}]`);
    await shown.waitFor();
    return shown;
  }

  it('receipt: items, sums and address', async () => {
    const shown = await sent('receipt');
    const text = await shown.innerText();
    for (const words of [
      'Order 12345678902',
      '2 × White T-shirt',
      'Soft cotton',
      '$50.00',
      'New customer',
      '−$20.00',
      '$56.14',
      'Visa 2345',
      'Stephane Crozatier, 1 Hacker Way, Menlo Park, CA, 94025, US',
    ]) {
      expect(text).toContain(words);
    }
    expect(text).not.toContain('{');
    const order = shown.getByText('View the order');
    expect(await order.getAttribute('href')).toBe('https://example.com/order');
  });

  it('receipt: with minimal and odd values', async () => {
    const shown = await sent('receipt', {
      recipient_name: ' ',
      order_number: '#',
      currency: 'PEARS',
      payment_method: ' ',
      summary: { total_cost: 3 },
      timestamp: 'today',
      order_url: 'javascript:window.injected=1',
    });
    expect(await shown.innerText()).toContain('3 PEARS');
    expect(await shown.locator('a').count()).toBe(0);
  });

  it.each([
    ['notification_messages', 'News about pears', 'Get updates'],
    ['one_time_notif_req', 'When pears are back', 'Notify me'],
  ])('%s: its title and Messenger’s own button', async (type, title, label) => {
    const shown = await sent(type);
    const text = await shown.innerText();
    expect(text).toContain(title);
    expect(text).toContain(label);
    expect(text).not.toContain('{');
  });

  it('media: the picture that was sent by its ID', async () => {
    const upload = await emulated.graph('POST', '/me/message_attachments', {
      message: {
        attachment: { type: 'image', payload: { url: pictureUrl } },
      },
    });
    const shown = await sent('media', {
      elements: [
        {
          media_type: 'image',
          attachment_id: upload.body.attachment_id,
          buttons: [{ type: 'postback', title: 'More', payload: 'MORE' }],
        },
      ],
    });
    await shown.getByRole('button', { name: 'More' }).waitFor();
    expect(await pictureCame(shown)).toBe(true);
  });

  it('media: a video is a link', async () => {
    const url = 'https://www.facebook.com/lumen/videos/1';
    const shown = await sent('media', {
      elements: [{ media_type: 'video', url }],
    });
    expect(await shown.locator('a').getAttribute('href')).toBe(url);
  });

  it.each(['generic', 'receipt', 'image_grid'])(
    '%s: a picture that cannot be fetched is replaced',
    async (type) => {
      const shown = await sent(type);
      await shown.getByText('Picture not found').waitFor();
      expect(await shown.locator('img').count()).toBe(1);
      expect(await pictureCame(shown)).toBe(true);
    },
  );

  it('unknown templates are shown as JSON, and scroll by keyboard', async () => {
    const shown = await sent('airline_checkin');
    const json = shown.getByRole('region', { name: 'airline checkin as sent' });
    expect(await json.innerText()).toContain('"Check-in is open."');
    await json.focus();
    await page.keyboard.press('ArrowRight');
    const hasScrolled = await evaluate<boolean>(
      shown,
      'pre',
      'new Promise((done) => part.scrollLeft > 0 ? done(true) : part.addEventListener("scroll", () => done(true), { once: true }))',
    );
    expect(hasScrolled).toBe(true);
  });

  /** Whether the content of its image has come. */
  function pictureCame(shown: Locator): Promise<boolean> {
    return evaluate(
      shown,
      'img',
      'part.decode().then(() => part.naturalWidth > 0)',
    );
  }

  /** Evaluates JavaScript of the page's with a part of a message as `part`. */
  async function evaluate<T>(
    shown: Locator,
    selector: string,
    script: string,
  ): Promise<T> {
    const mid = await shown.getAttribute('data-mid');
    const found = JSON.stringify(`[data-mid="${mid}"] ${selector}`);
    return page.evaluate<T>(
      `((part) => ${script})(document.querySelector(${found}))`,
    );
  }
});
