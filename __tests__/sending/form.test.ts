import { createReadStream } from 'node:fs';
import { Messenger } from 'messaging-api-messenger';
import { personas } from 'bottender-persona';
import { CUSTOMER } from '../support/bot';
import { clientFor, startedBy } from '../support/clients';
import { profile } from '../support/faces';
import { shown } from '../support/wire';
test('forms', async () => {
  const bot = await startedBy();
  const client = personas({ directory: { adam: profile('Adam') } }).client(
    clientFor(bot),
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
