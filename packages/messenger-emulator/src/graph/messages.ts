import { GraphError, invalidParameter } from '../values/graphError';
import { newMessageId } from '../values/ids';
import { getProperty, toText, type Json } from '../values/json';
import type { Address } from '../world/addresses';
import { toPersonaFace } from '../world/personas';
import type { ConversationEntry, PersonaFace } from '../types';
import type { PageCall } from './call';
import { checkSendRate, checkWindow } from './limits';
import { readContent } from './messageContent';
import { readRecipient } from './readRecipient';
import { readThreadControl } from './threadControl';

/** Accepted in upper case too: docs/messenger-facts.md#sender-actions */
const SENDER_ACTIONS = [
  'typing_on',
  'typing_off',
  'mark_seen',
  'react',
  'unreact',
];
/** docs/messenger-facts.md#persona-sender-actions */
const PERSONA_ACTIONS = ['typing_on', 'typing_off'];

/** An emoji may consist of several characters. */
const MAX_EMOJI_LENGTH = 64;

const MESSAGING_TYPES = ['RESPONSE', 'UPDATE', 'MESSAGE_TAG', 'UTILITY'];
/** The tags that are not retired: docs/messenger-facts.md#messaging-types */
const TAGS = ['CUSTOMER_FEEDBACK', 'HUMAN_AGENT'];

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
  checkSendRate(call);
  const recipient = readRecipient(call);
  const { psid, address } = recipient;
  checkThread(call, psid);
  const persona = readPersona(call, psid);
  const from = persona ? 'persona' : 'page';
  const at = world.clock.now();
  const by = address ? { address: address.kind } : {};
  const answer = hidesPsid(address) ? {} : { recipient_id: psid };

  if (parameters.has('sender_action')) {
    const senderAction = readSenderAction(call);
    world.conversations.add(page.id, psid, {
      from,
      persona,
      senderAction,
      ...by,
      ...readReaction(call, psid, senderAction),
      at,
    });
    return answer;
  }
  checkMessagingType(call);
  checkWindow(call, recipient);
  const { message, attachmentId } = readContent(call);
  const nextOwner = readThreadControl(call);
  const mid = newMessageId();
  if (address) world.addresses.spend(address);
  world.conversations.add(page.id, psid, {
    from,
    persona,
    ...by,
    message,
    mid,
    at,
  });
  if (nextOwner !== undefined) {
    world.threads.pass(page.id, psid, nextOwner);
    world.conversations.emitChange(page.id, psid);
  }
  return {
    ...answer,
    message_id: mid,
    ...(attachmentId === undefined ? {} : { attachment_id: attachmentId }),
  };
}

/** docs/messenger-facts.md#recipients */
function hidesPsid(address: Address | undefined): boolean {
  return address?.kind === 'user_ref' || address?.kind === 'phone_number';
}

/** docs/messenger-facts.md#other-apps-thread */
function checkThread({ world, page }: PageCall, psid: string): void {
  if (world.threads.isOurs(page.id, psid)) return;
  throw new GraphError(
    '(#10) Message failed to send because another app is controlling this thread now.',
    { code: 10, subcode: 2018300 },
  );
}

function checkMessagingType({ parameters }: PageCall): void {
  const type = parameters.text('messaging_type')?.toUpperCase();
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
  const action = parameters.text('sender_action')?.toLowerCase();
  if (action !== undefined && !PERSONA_ACTIONS.includes(action)) {
    throw invalidParameter(
      `persona_id is supported with sender_action ${PERSONA_ACTIONS.join(' and ')} only, not with ${action}`,
    );
  }
  if (world.conversations.isEuropean(psid)) throw personaRefusedByRegion();
  const persona = world.personas.ofPage(page.id, id);
  if (!persona) throw personaUnknown(id);
  return toPersonaFace(persona);
}

/**
 * Messenger's answer for people in Europe until October 2023:
 * docs/messenger-facts.md#personas-refused-by-region
 */
function personaRefusedByRegion(): GraphError {
  return new GraphError(
    '(#10) This action was not sent due to new privacy rules in Europe. See the developer documentation for more information.',
    { code: 10, subcode: 2018336 },
  );
}

/**
 * ASSUMPTION: the answer to a persona_id that is unknown, deleted or belongs to
 * another Page is undocumented: docs/messenger-facts.md#unknown-persona
 */
function personaUnknown(id: string): GraphError {
  return invalidParameter(
    `Invalid parameter: persona_id ${id} does not match a persona of this Page`,
  );
}

function readSenderAction({ parameters }: PageCall): string {
  const action = parameters.requiredText('sender_action').toLowerCase();
  if (!SENDER_ACTIONS.includes(action)) {
    throw invalidParameter(
      `Param sender_action must be one of {${SENDER_ACTIONS.join(', ')}}`,
    );
  }
  return action;
}

/** docs/messenger-facts.md#sender-actions */
function readReaction(
  { world, page, parameters }: PageCall,
  psid: string,
  action: string,
): Pick<ConversationEntry, 'reaction'> {
  if (action !== 'react' && action !== 'unreact') return {};
  // Some frameworks omit it; the answer to that is undocumented.
  if (!parameters.has('payload')) return {};
  const payload = parameters.object('payload') ?? {};
  const mid = toText(getProperty(payload, 'message_id')) ?? '';
  if (world.conversations.message(page.id, mid)?.psid !== psid) {
    throw invalidParameter(
      'Param payload[message_id] must be a message of this conversation',
    );
  }
  if (action === 'unreact') return { reaction: { mid } };
  const emoji = toText(getProperty(payload, 'reaction')) ?? '';
  if (emoji === '' || emoji.length > MAX_EMOJI_LENGTH) {
    throw invalidParameter('Param payload[reaction] must be an emoji');
  }
  return { reaction: { mid, emoji } };
}
