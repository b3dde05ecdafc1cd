import { createReadStream } from 'node:fs';
import { Messenger } from 'messaging-api-messenger';
import { personas } from 'bottender-persona';
import { CUSTOMER, startWrittenTo } from '../support/bot';
import { clientFor } from '../support/clients';
import { alive, shown } from '../support/emulatorState';
import { createPersonas, profile } from '../support/personas';
test('a form carries the persona after an upload of its file, and needs none for the Page', async () => {
  const bot = await startWrittenTo();
  const client = personas({ directory: { adam: profile('Adam') } }).client(
    clientFor(bot.emulator),
  );
  await client.withPersona('adam', () =>
    client.sendMessageFormData(
      CUSTOMER,
      Messenger.createImageFormData(Buffer.from('x'), {
        filename: 'a.png',
      } as never),
    ),
  );
  await client.withPersona('adam', () =>
    client.sendMessageFormData(
      CUSTOMER,
      Messenger.createImageFormData(createReadStream(__filename)),
    ),
  );
  await client.sendMessageFormData(
    CUSTOMER,
    Messenger.createImageFormData(Buffer.from('x'), {
      filename: 'a.png',
    } as never),
  );
  expect(shown(bot.emulator)).toEqual([
    'Adam: [image]',
    'Adam: [image]',
    'Page: [image]',
  ]);
});

test('a form with a persona of its own is sent unchanged, refused or not', async () => {
  const bot = await startWrittenTo();
  const { Bea = '' } = await createPersonas(bot.emulator, ['Bea']);
  const onRefused = jest.fn();
  const client = personas({
    directory: { adam: profile('Adam') },
    onRefused,
  }).client(clientFor(bot.emulator));
  const send = () => {
    const form = Messenger.createImageFormData(createReadStream(__filename));
    form.append('persona_id', Bea);
    return client.withPersona('adam', () =>
      client.sendMessageFormData(CUSTOMER, form),
    );
  };
  await send();
  expect(shown(bot.emulator)).toEqual(['Bea: [image]']);
  bot.emulator.setEuropean(CUSTOMER, true);
  await expect(send()).rejects.toThrow();
  expect(onRefused).not.toHaveBeenCalled();
  expect(alive(bot.emulator)).toEqual(['Bea']);
});
