import { MessengerContext } from 'bottender';
import { personas, type PersonaContext } from 'bottender-persona';
import Keyv from 'keyv';

import { CUSTOMER, PAGE, startBot } from '../support/bot';
import { alive, calls, shown } from '../support/emulatorState';
import { profile } from '../support/personas';
import { filenameOption } from '../support/sends';

const EVENTS: [string, object][] = [
  [
    'an echo',
    {
      sender: { id: PAGE.id },
      recipient: { id: CUSTOMER },
      message: { is_echo: true, mid: 'm_echo', text: 'hi' },
    },
  ],
  ['a read', { read: { watermark: 1 } }],
  ['a delivery', { delivery: { mids: ['m_1'], watermark: 1 } }],
];

test.each(EVENTS)(
  'in answer to %s, nothing is created, looked up or stored',
  async (_what, event) => {
    const store = new Keyv();
    const reads = jest.spyOn(store, 'get');
    const told = jest.fn();
    // Bottender says that such sends are ignored.
    const warned = jest.spyOn(console, 'error').mockImplementation();
    const bot = await startBot({
      plugins: [
        personas({
          store,
          directory: { adam: profile('Adam') },
          initialPersona: () => 'adam',
          onRefused: told,
        }),
      ],
    });
    const ids: unknown[] = [];
    const answer = async (context: PersonaContext) => {
      await context.sendText('by the first');
      await context.withPersona('adam', () => context.sendText('in a block'));
      await context.withEphemeralPersona(profile('Guest'), async ({ id }) => {
        ids.push(id);
        await context.sendText('on the fly');
        await context.sendText('by its ID', { personaId: id });
        await context.sendImage(Buffer.from('a pear'));
      });
    };
    await bot.runHere(answer, CUSTOMER, event);
    warned.mockRestore();
    expect(bot.errors).toEqual([]);
    expect(ids).toEqual(['Guest']);
    expect(calls(bot.emulator)).toEqual([]);
    expect(alive(bot.emulator)).toEqual([]);
    // Of the sweep that the first event begins.
    expect(reads.mock.calls).toEqual([['processes']]);
    expect(told).not.toHaveBeenCalled();
  },
);

test('what a class of the bot’s own sends in answer to a read is sent as its speaker', async () => {
  class Answering extends MessengerContext {
    async sendAnyway() {
      await this._client?.sendText(CUSTOMER, 'read');
      const pear = Buffer.from('a pear');
      await this._client?.sendImage(CUSTOMER, pear, filenameOption('a.png'));
    }
  }
  const bot = await startBot({
    contextClass: Answering,
    plugins: [personas({ directory: { adam: profile('Adam') } })],
  });
  await bot.say('hello');
  const answer = async (context: PersonaContext) => {
    context.usePersona('adam');
    await (context as unknown as Answering).sendAnyway();
  };
  await bot.runHere(answer, CUSTOMER, { read: { watermark: 1 } });
  expect(bot.errors).toEqual([]);
  expect(shown(bot.emulator)).toEqual(['Adam: read', 'Adam: [image]']);
});
