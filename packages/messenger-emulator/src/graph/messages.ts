import { GraphError, invalidParameter } from '../values/graphError';
import { newMessageId } from '../values/ids';
import { textOf, type Json } from '../values/json';
import { faceOf } from '../world/personas';
import type { EntryMessage, PersonaFace } from '../types';
import { resolveAttachment } from './attachments';
import type { PageCall } from './call';
import { checkQuickReplies } from './quickReplies';
import { readRecipient } from './recipient';

/** @see https://developers.facebook.com/docs/messenger-platform/reference/send-api */
const LONGEST_TEXT = 2000;
const LONGEST_METADATA = 1000;
const SENDER_ACTIONS = [
  'typing_on',
  'typing_off',
  'mark_seen',
  'react',
  'unreact',
];
/** @see https://developers.facebook.com/docs/messenger-platform/send-messages/personas */
const PERSONA_ACTIONS = ['typing_on', 'typing_off'];

const MESSAGING_TYPES = ['RESPONSE', 'UPDATE', 'MESSAGE_TAG'];
/** @see https://developers.facebook.com/docs/messenger-platform/send-messages/message-tags */
const TAGS = [
  'ACCOUNT_UPDATE',
  'CONFIRMED_EVENT_UPDATE',
  'CUSTOMER_FEEDBACK',
  'HUMAN_AGENT',
  'POST_PURCHASE_UPDATE',
];

/** `POST /{page}/messages` */
export function sendMessage(call: PageCall): Json {
  const { world, page, parameters } = call;
  if (parameters.has('message') && parameters.has('sender_action')) {
    throw invalidParameter(
      'Cannot send both message and state at the same time',
    );
  }
  if (!parameters.has('message') && !parameters.has('sender_action')) {
    throw invalidParameter('One of message and sender_action is required');
  }
  const { psid, isByUserRef } = readRecipient(call);
  checkThread(call, psid);
  const persona = readPersona(call, psid);
  const from = persona ? 'persona' : 'page';
  const at = Date.now();
  const answer = isByUserRef ? {} : { recipient_id: psid };

  if (parameters.has('sender_action')) {
    const senderAction = readSenderAction(call);
    world.conversations.add(page.id, psid, { from, persona, senderAction, at });
    return answer;
  }
  checkMessagingType(call);
  const message = readMessage(call);
  const mid = newMessageId();
  world.conversations.add(page.id, psid, { from, persona, message, mid, at });
  return { ...answer, message_id: mid };
}

/** @see https://developers.facebook.com/docs/messenger-platform/handover-protocol */
function checkThread({ world, page }: PageCall, psid: string): void {
  if (world.threads.isOurs(page.id, psid)) return;
  throw new GraphError(
    '(#10) Message failed to send because another app is controlling this thread now.',
    { code: 10, subcode: 2018300 },
  );
}

function checkMessagingType({ parameters }: PageCall): void {
  const type = parameters.text('messaging_type');
  const tag = parameters.text('tag');
  if (type !== undefined && !MESSAGING_TYPES.includes(type)) {
    throw invalidParameter(
      `Param messaging_type must be one of {${MESSAGING_TYPES.join(', ')}}`,
    );
  }
  if (tag === undefined && type === 'MESSAGE_TAG') {
    throw invalidParameter('The parameter tag is required with MESSAGE_TAG');
  }
  if (tag !== undefined && !TAGS.includes(tag)) {
    throw invalidParameter(`Param tag must be one of {${TAGS.join(', ')}}`);
  }
}

function readPersona(
  { world, page, parameters }: PageCall,
  psid: string,
): PersonaFace | null {
  if (!parameters.has('persona_id')) return null;
  const id = parameters.text('persona_id') ?? '';
  const action = parameters.text('sender_action');
  if (action !== undefined && !PERSONA_ACTIONS.includes(action)) {
    throw invalidParameter(
      `persona_id is supported with sender_action ${PERSONA_ACTIONS.join(' and ')} only, not with ${action}`,
    );
  }
  if (world.conversations.isEuropean(psid)) throw personaRefusedByRegion();
  const persona = world.personas.ofPage(page.id, id);
  if (!persona) throw personaUnknown(id);
  return faceOf(persona);
}

/**
 * As Messenger answered to people in Europe until October 2023:
 * docs/messenger-facts.md#personas-refused-by-region
 */
function personaRefusedByRegion(): GraphError {
  return new GraphError(
    '(#10) This action was not sent due to new privacy rules in Europe. See the developer documentation for more information.',
    { code: 10, subcode: 2018336 },
  );
}

/**
 * An assumption: Meta does not document what Messenger answers to a persona_id
 * that is unknown, deleted or another Page's: docs/messenger-facts.md#unknown-persona
 */
function personaUnknown(id: string): GraphError {
  return invalidParameter(
    `Invalid parameter: persona_id ${id} does not match a persona of this Page`,
  );
}

function readSenderAction({ parameters }: PageCall): string {
  const action = parameters.requiredText('sender_action');
  if (!SENDER_ACTIONS.includes(action)) {
    throw invalidParameter(
      `Param sender_action must be one of {${SENDER_ACTIONS.join(', ')}}`,
    );
  }
  return action;
}

function readMessage(call: PageCall): EntryMessage {
  const {
    text: _text,
    attachment: _attachment,
    ...rest
  } = call.parameters.object('message') ?? {};
  const text = readText(_text);
  const attachment = _attachment ?? undefined;
  if (text === undefined && attachment === undefined) {
    throw new GraphError(
      '(#100) Message cannot be empty, must provide valid attachment or text',
      { subcode: 2018034 },
    );
  }
  if (rest.quick_replies) checkQuickReplies(rest.quick_replies);
  const metadata = textOf(rest.metadata) ?? '';
  if (metadata.length > LONGEST_METADATA) {
    throw invalidParameter(
      `Length of param message[metadata] must be less than or equal to ${LONGEST_METADATA}`,
    );
  }
  const message: EntryMessage = { ...rest };
  if (text !== undefined) message.text = text;
  if (attachment !== undefined) {
    message.attachment = resolveAttachment(call, attachment);
  }
  return message;
}

function readText(value: Json | undefined): string | undefined {
  const text = textOf(value);
  if (text === undefined || text === '') return undefined;
  if ([...text].length > LONGEST_TEXT) {
    throw invalidParameter(
      `Length of param message[text] must be less than or equal to ${LONGEST_TEXT}`,
    );
  }
  return text;
}
