const { ContextSimulator } = require('bottender/test-utils');
const { personas, withPersona } = require('bottender-persona');

const simulator = new ContextSimulator({ platform: 'messenger' });

test('a simulated context shows who speaks', async () => {
  const context = simulator.createTextContext('hi');
  await personas()(context);
  const Handler = withPersona('1234', () => context.sendText('hi'));
  await Handler(context, {});
  expect(context.sendText).toHaveBeenCalledWith('hi', { personaId: '1234' });
});
