import { PAGE, PSID, startEmulated, type Emulated } from './support/emulated';

let emulated: Emulated;
let mid: string;
beforeEach(async () => {
  emulated = await startEmulated();
  ({ mid } = await emulated.emulator.say(PSID, 'helo'));
});
afterEach(() => emulated.close());

test('a customer edits a text, and the bot gets message_edits', async () => {
  const { emulator, deliveries } = emulated;
  expect(await emulator.customer.edit(PSID, mid, 'hello')).toEqual({
    status: 200,
  });
  expect(deliveries.at(-1)?.event).toEqual({
    sender: { id: PSID },
    recipient: { id: PAGE.id },
    timestamp: expect.any(Number) as number,
    message_edit: { mid, text: 'hello', num_edit: 1 },
  });
  await emulator.customer.edit(PSID, mid, 'hello!');
  expect(deliveries.at(-1)?.event).toMatchObject({
    message_edit: { text: 'hello!', num_edit: 2 },
  });
  expect(emulator.state().conversations[0]?.entries).toMatchObject([
    { message: { text: 'helo' } },
    { edit: { mid, text: 'hello' } },
    { edit: { mid, text: 'hello!' } },
  ]);
});

test('the Conversations API shows the latest text', async () => {
  await emulated.emulator.customer.edit(PSID, mid, 'hello');
  const answer = await emulated.graph('GET', `/${mid}?fields=message`);
  expect(answer.body).toMatchObject({ message: 'hello' });
});

test('a message can be edited five times', async () => {
  const { customer } = emulated.emulator;
  for (const i of [1, 2, 3, 4, 5]) await customer.edit(PSID, mid, `${i}`);
  await expect(customer.edit(PSID, mid, '6')).rejects.toThrow('5 times');
});

test("only a text of the customer's own can be edited", async () => {
  const { emulator, graph } = emulated;
  const { customer } = emulator;
  const answer = await graph('POST', '/me/messages', {
    recipient: { id: PSID },
    message: { text: 'hi' },
  });
  const botMid = answer.body.message_id as string;
  await expect(customer.edit(PSID, botMid, 'x')).rejects.toThrow('`mid`');
  await expect(customer.edit('1', mid, 'x')).rejects.toThrow('`mid`');
  await expect(customer.edit(PSID, mid, '')).rejects.toThrow('`text`');
  const { mid: sticker } = await emulator.say(PSID, { sticker_id: '1' });
  await expect(customer.edit(PSID, sticker, 'x')).rejects.toThrow('`mid`');
});

test('POST /_emulator/actions edits too', async () => {
  const answer = await fetch(`${emulated.emulator.origin}/_emulator/actions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ psid: PSID, action: 'edit', mid, text: 'hello' }),
  });
  expect(await answer.json()).toEqual({ status: 200 });
});
