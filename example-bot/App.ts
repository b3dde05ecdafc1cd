import { createReadStream } from 'node:fs';
import path from 'node:path';

import { router, text } from 'bottender/router';
import {
  withEphemeralPersona,
  type PersonaContext,
  type PersonaProfile,
} from 'bottender-persona';

import { desk } from './desk';

/** Relative to the folder that the bot is started in, as Bottender's own files are. */
const OFFER = path.join('example-bot', 'offer.png');

const QUICK_REPLIES = ['hi', 'agent', 'photo', 'specialist', 'bye'].map(
  (word) => ({ contentType: 'text' as const, title: word, payload: word }),
);

/** Made for one answer, and gone after it. */
const SPECIALIST: PersonaProfile = {
  name: 'Dr. Pear',
  profilePictureUrl: 'https://example.com/faces/dr-pear.png',
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
 * Where somebody sits at the agents' console, the customer waits there, and the
 * bot goes on until she is taken over; else Adam has an answer ready.
 */
async function HandOver(context: PersonaContext) {
  if (!desk.isStaffed) return Adam;
  desk.wait(psidOf(context));
  context.setState({ agent: null });
  context.usePersona(null);
  await context.sendText('One moment, I am getting a colleague.');
}

/**
 * `adam` is a name from the directory in bottender.config.js. Session state makes
 * him speak until `bye`: see `initialPersona` there.
 */
async function Adam(context: PersonaContext) {
  await context.sendText('One moment, I am getting a colleague.');
  context.setState({ agent: 'adam' });
  context.usePersona('adam');
  await context.typing(300);
  await context.sendText('Hi, Adam here. I have read along: how can I help?');
}

/** An uploaded file, sent by whoever speaks. */
async function Photo(context: PersonaContext) {
  await context.sendImage(createReadStream(OFFER));
  await context.sendText("This is this week's offer.");
}

async function Answer(context: PersonaContext) {
  await context.typing(300);
  await context.sendText('A pear is ripe when its neck gives to your thumb.');
}

async function Leave(context: PersonaContext) {
  if (desk.end(psidOf(context))) return Back;
  await context.sendText('Goodbye, it was a pleasure.');
  context.setState({ agent: null });
  context.usePersona(null);
  return Back;
}

/** Where a human has been, customers are told that they talk to a bot again. */
async function Back(context: PersonaContext) {
  await context.sendText('You are with the bot again.');
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

/** What a customer of the agents' console writes goes there; while a human sits with her, there alone. */
export default function App(context: PersonaContext) {
  const text: unknown = context.event.text;
  const said = typeof text === 'string' ? text : '[not a text]';
  const isLeaving = /^\s*bye\s*$/i.test(said);
  const isWithHuman = goesOut(context) && desk.heard(psidOf(context), said);
  return isWithHuman && !isLeaving ? undefined : words;
}

/** Echoes and receipts of the bot's own messages come as events too. */
function goesOut({ event }: PersonaContext): boolean {
  return !event.isEcho && !event.isDelivery && !event.isRead;
}

function psidOf({ session }: PersonaContext): string {
  const { id } = (session?.user ?? {}) as { id?: string };
  return id ?? '';
}
