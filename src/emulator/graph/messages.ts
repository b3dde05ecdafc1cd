import { GraphError, invalidParameter } from '../graphError';
import { newMessageId } from '../ids';
import { field, textOf, type Json } from '../json';
import { faceOf } from '../personas';
import type { EntryMessage, PersonaFace } from '../types';
import { resolveAttachment } from './attachments';
import type { PageCall } from './call';

/** @see https://developers.facebook.com/docs/messenger-platform/reference/send-api */
const LONGEST_TEXT = 2000;
const SENDER_ACTIONS = [
  'typing_on',
  'typing_off',
  'mark_seen',
  'react',
  'unreact',
];
/** @see https://developers.facebook.com/docs/messenger-platform/send-messages/personas */
const PERSONA_ACTIONS = ['typing_on', 'typing_off'];

/** `POST /{page}/messages` */
export function sendMessage(call: PageCall): Json {
  const { world, page, parameters } = call;
  if (parameters.has('message') === parameters.has('sender_action')) {
    throw invalidParameter(
      'Exactly one of message and sender_action must be given',
    );
  }
  const psid = readRecipient(call);
  const persona = readPersona(call, psid);
  const from = persona ? 'persona' : 'page';
  const at = Date.now();

  if (parameters.has('sender_action')) {
    const senderAction = readSenderAction(call);
    world.conversations.add(page.id, psid, { from, persona, senderAction, at });
    return { recipient_id: psid };
  }
  const message = readMessage(call);
  const mid = newMessageId();
  world.conversations.add(page.id, psid, { from, persona, message, mid, at });
  return { recipient_id: psid, message_id: mid };
}

function readRecipient({ world, page, parameters }: PageCall): string {
  const recipient = parameters.object('recipient');
  if (!recipient) throw invalidParameter('The parameter recipient is required');
  const userRef = textOf(field(recipient, 'user_ref'));
  const psid =
    userRef === undefined
      ? textOf(field(recipient, 'id'))
      : world.conversations.psidOfUserRef(page.id, userRef);
  if (psid === undefined && userRef === undefined) {
    throw invalidParameter('Param recipient must have an id or a user_ref');
  }
  if (psid === undefined || !world.conversations.exists(page.id, psid)) {
    throw new GraphError('(#100) No matching user found', { subcode: 2018001 });
  }
  return psid;
}

function readPersona(
  { world, page, parameters }: PageCall,
  psid: string,
): PersonaFace | null {
  const id = parameters.text('persona_id');
  if (id === undefined) return null;
  const action = parameters.text('sender_action');
  if (action !== undefined && !PERSONA_ACTIONS.includes(action)) {
    throw invalidParameter(
      `persona_id is supported with sender_action ${PERSONA_ACTIONS.join(' and ')} only, not with ${action}`,
    );
  }
  if (world.conversations.isEuropean(psid)) throw personaRefusedInEurope();
  const persona = world.personas.ofPage(page.id, id);
  if (!persona) throw personaUnknown(id);
  return faceOf(persona);
}

/** @see https://developers.facebook.com/docs/messenger-platform/europe-updates */
function personaRefusedInEurope(): GraphError {
  return new GraphError(
    '(#10) This action was not sent due to new privacy rules in Europe. See the developer documentation for more information.',
    { code: 10, subcode: 2018336 },
  );
}

/**
 * An assumption: Meta does not document what Messenger answers to a persona_id
 * that is unknown, deleted or another Page's.
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
