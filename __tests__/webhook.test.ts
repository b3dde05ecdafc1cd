import { createHmac } from 'node:crypto';

import { personas } from 'bottender-persona';

import { APP_SECRET, CUSTOMER, PAGE, startBot } from './support/bot';
import { calls, shown } from './support/emulatorState';
import { createPersonas } from './support/personas';

function signatureOf(body: string, secret = APP_SECRET): string {
  return `sha1=${createHmac('sha1', secret).update(body).digest('hex')}`;
}

const BODY = JSON.stringify({
  object: 'page',
  entry: [
    {
      id: PAGE.id,
      messaging: [
        {
          sender: { id: CUSTOMER },
          recipient: { id: PAGE.id },
          message: { mid: 'm_1', text: 'hello' },
        },
      ],
    },
  ],
});
const HUGE = JSON.stringify({ text: 'x'.repeat(200_000) });

describe('a webhook that is not from Messenger is rejected, and the bot goes on', () => {
  test.each<[string, string, string | undefined]>([
    ['unsigned', BODY, undefined],
    ['signed with another secret', BODY, signatureOf(BODY, 'another')],
    ['signed for another body', BODY, signatureOf('{}')],
    ['with a signature that is none', BODY, 'sha1=not-hex'],
    ['malformed', '{"object":', signatureOf('{"object":')],
    ['oversized', HUGE, signatureOf(HUGE)],
  ])('%s', async (_what, body, signature) => {
    const heard = jest.fn();
    const bot = await startBot({ plugins: [personas()], action: heard });
    const silent = jest.spyOn(console, 'error').mockImplementation();
    const { status } = await fetch(bot.webhookUrl, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(signature && { 'x-hub-signature': signature }),
      },
      body,
    });
    silent.mockRestore();
    expect(Math.floor(status / 100)).toBe(4);
    expect(heard).not.toHaveBeenCalled();
    expect(calls(bot.emulator)).toEqual([]);

    const { Adam } = await createPersonas(bot.emulator, ['Adam']);
    await bot.run(async (context) => {
      await context.withPersona(Adam, () => context.sendText('hi'));
    });
    expect(shown(bot.emulator)).toEqual(['Adam: hi']);
  });

  test('while a signed one is handled', async () => {
    const heard = jest.fn();
    const bot = await startBot({ plugins: [personas()], action: heard });
    const { status } = await fetch(bot.webhookUrl, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-hub-signature': signatureOf(BODY),
      },
      body: BODY,
    });
    expect(status).toBe(200);
    expect(heard).toHaveBeenCalledTimes(1);
  });
});
