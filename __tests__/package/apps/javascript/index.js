const { withEphemeralPersona } = require('bottender-persona');

async function HandOver(context) {
  context.setState({ agent: 'adam' });
  await context.withPersona('adam', () => context.sendText('Adam here.'));
}

async function Answer(context) {
  await context.sendText('A specialist answers.');
}

async function Hello(context) {
  await context.sendText('Hello.');
}

const Specialist = withEphemeralPersona(
  { name: 'Dr. Pear', profilePictureUrl: 'https://example.com/pear.png' },
  Answer,
);

module.exports = async function App(context) {
  if (context.event.text === 'agent') return HandOver;
  if (context.event.text === 'specialist') return Specialist;
  return Hello;
};
