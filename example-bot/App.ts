import { createReadStream } from 'node:fs';
import path from 'node:path';

import { router, text } from 'bottender/router';
import {
  withEphemeralPersona,
  type PersonaContext,
  type PersonaProfile,
} from 'bottender-persona';

import { desk, sessions } from './agents';
import { isLeftToAgent, psidOf } from './record';

/** Relative to the current folder, like Bottender's own files. */
const OFFER = path.join('example-bot', 'offer.png');

const QUICK_REPLIES = ['hi', 'agent', 'photo', 'specialist', 'bye'].map(
  (word) => ({ contentType: 'text' as const, title: word, payload: word }),
);

/** An ephemeral persona: created for one answer, then deleted. */
const SPECIALIST: PersonaProfile = {
  name: 'Dr. Pear',
  profilePictureUrl: 'https://example.com/faces/dr-pear.png',
  kind: 'bot',
};

async function Greet(context: PersonaContext) {
  await context.typing(300);
  await context.sendText(
    context.persona
      ? 'Hello again, I am still with you.'
      : 'Hello! I am the bot of this Page. What can I do for you?',
    { quickReplies: QUICK_REPLIES },
  );
}

/**
 * Puts the customer into the queue of the agents' console, and the bot continues
 * until an agent takes over. Until an agent is there, it speaks as Adam.
 */
async function HandOver(context: PersonaContext) {
  if (!desk.wait(psidOf(context))) return Busy;
  if (!sessions.isStaffed) return Adam;
  context.setState({ agent: null });
  context.usePersona(null);
  await context.sendText('One moment, I am getting a colleague.');
}

async function Busy(context: PersonaContext) {
  await context.sendText('All colleagues are busy. Please ask again later.');
}

/**
 * `adam` is a name from the directory in bottender.config.js. Session state keeps
 * him as the speaker until `bye`: see `initialPersona` there.
 */
async function Adam(context: PersonaContext) {
  await context.sendText('One moment, I am getting a colleague.');
  context.setState({ agent: 'adam' });
  context.usePersona('adam');
  await context.typing(300);
  await context.sendText('Hi, Adam here. I have read along: how can I help?');
}

/** An uploaded file, sent as the active persona. */
async function Photo(context: PersonaContext) {
  await context.sendImage(createReadStream(OFFER));
  await context.sendText("This is this week's offer.");
}

async function Answer(context: PersonaContext) {
  await context.typing(300);
  await context.sendText('A pear is ripe when its neck gives to your thumb.');
}

async function Leave(context: PersonaContext) {
  desk.end(psidOf(context), 'said goodbye');
  if (context.persona) await context.sendText('Goodbye, it was a pleasure.');
  context.setState({ agent: null });
  context.usePersona(null);
  return Back;
}

/** After a human, the plugin says before it that the bot is back: see `disclosure` in bottender.config.js. */
async function Back(context: PersonaContext) {
  await context.sendText('What else can I do for you?', {
    quickReplies: QUICK_REPLIES,
  });
}

async function Help(context: PersonaContext) {
  await context.sendText(
    'I understand: hi, agent, photo, specialist and bye.',
    { quickReplies: QUICK_REPLIES },
  );
}

const words = router([
  text(/^\s*(hi|hello)\s*$/i, Greet),
  text(/^\s*agent\s*$/i, HandOver),
  text(/^\s*photo\s*$/i, Photo),
  text(/^\s*specialist\s*$/i, withEphemeralPersona(SPECIALIST, Answer)),
  text(/^\s*bye\s*$/i, Leave),
  text('*', Help),
]);

/** While an agent has the conversation, the bot does not answer. */
export default function App(context: PersonaContext) {
  if (isLeftToAgent(context)) return;
  if (desk.hadAgent(psidOf(context))) {
    context.setState({ agent: null });
    context.usePersona(null);
  }
  return words;
}
