import { ContextSimulator } from 'bottender/dist/test-utils';

import App from './index';
import { desk } from './desk';

type Simulated = Parameters<typeof App>[0];

test('the agent answers by name', async () => {
  const simulator = new ContextSimulator({ platform: 'messenger' });
  const context = simulator.createTextContext('agent') as Simulated;
  await desk(context);
  const action = await App(context, {});
  if (action) await action(context, {});
  expect(context.sendText).toHaveBeenCalledWith('Adam here.', {
    personaId: 'adam',
  });
});
