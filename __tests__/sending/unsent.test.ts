import { personas, type PersonaContext } from 'bottender-persona';
import Keyv from 'keyv';

import { CUSTOMER, PAGE, startBot } from '../support/bot';
import { alive, calls } from '../support/emulatorState';
import { profile } from '../support/personas';

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
