import { router, text } from 'bottender/router';
import { withEphemeralPersona } from 'bottender-persona';

import type { DeskContext } from './desk';

async function HandOver(context: DeskContext) {
  context.setState({ agent: 'adam' });
  await context.withPersona('adam', () => context.sendText('Adam here.'));
}

async function Answer(context: DeskContext) {
  await context.sendText('A specialist answers.');
}

async function Hello(context: DeskContext) {
  await context.sendText('Hello.');
}

export default router([
  text('agent', HandOver),
  text(
    'specialist',
    withEphemeralPersona(
      { name: 'Dr. Pear', profilePictureUrl: 'https://example.com/pear.png' },
      Answer,
    ),
  ),
  text('*', Hello),
]);
