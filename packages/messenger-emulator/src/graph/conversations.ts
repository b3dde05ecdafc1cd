import { GraphError, invalidParameter } from '../values/graphError';
import { getProperty, isObject, type Json } from '../values/json';
import type { ConversationEntry } from '../types';
import type { PageCall } from './call';
import { requestedFields, select, selectFields, type Node } from './fields';
import { checkReadRate } from './limits';
import { paginate, listSize, type Cursors } from './paginate';

/** Older messages only have an ID: docs/messenger-facts.md#conversations-api */
const MESSAGES_WITH_DETAILS = 20;

interface Conversation {
  psid: string;
  name: string;
  entries: readonly ConversationEntry[];
}

/**
 * `GET /{page}/conversations?platform=messenger`
 *
 * @see https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversations
 */
export function listConversations(call: PageCall): Json {
  const { world, page, parameters } = call;
  checkReadRate(call);
  const platform = parameters.text('platform')?.toLowerCase() ?? 'messenger';
  if (platform !== 'messenger') {
    throw invalidParameter('Param platform must be messenger in the emulator');
  }
  const psid = parameters.text('user_id');
  const found = world.conversations
    .ofPage(page.id)
    .filter((each) => psid === undefined || each.psid === psid);
  const asked = requestedFields(parameters);
  return paginate(
    call,
    found,
    byId(found, (each) => each.psid),
    (each) =>
      select('Conversation', nodeOf(call, each), asked, ['id', 'updated_time']),
  );
}

/** `GET /{conversation}`; undefined if there is no such conversation. */
export function getConversation(call: PageCall, id: string): Json | undefined {
  const found = withId(call, id);
  return (
    found &&
    selectFields('Conversation', nodeOf(call, found), call.parameters, [
      'id',
      'updated_time',
    ])
  );
}

/** `GET /{conversation}/messages`; undefined if there is no such conversation. */
export function listMessages(call: PageCall, id: string): Json | undefined {
  const { parameters } = call;
  const found = withId(call, id);
  if (!found) return undefined;
  const asked = requestedFields(parameters);
  const all = messagesOf(call, found);
  return paginate(
    call,
    all,
    byId(all, ({ id }) => id),
    (each) => select('Message', each, asked, ['id', 'created_time']),
  );
}

/** `GET /{message}`; undefined if there is no such message. */
export function getMessage(call: PageCall, id: string): Json | undefined {
  const { world, page, parameters } = call;
  const psid = world.conversations.message(page.id, id)?.psid;
  const conversation = world.conversations
    .ofPage(page.id)
    .find((each) => each.psid === psid);
  if (!conversation) return undefined;
  checkReadRate(call);
  const messages = messagesOf(call, conversation);
  const place = messages.findIndex((each) => each.id === id);
  if (place >= MESSAGES_WITH_DETAILS) {
    throw new GraphError(
      `(#100) The message ${id} has been deleted: only the latest ${MESSAGES_WITH_DETAILS} of a conversation can be read`,
    );
  }
  const message = messages[place];
  return (
    message &&
    selectFields('Message', message, parameters, ['id', 'created_time'])
  );
}

function withId(call: PageCall, id: string): Conversation | undefined {
  const found = call.world.conversations
    .ofPage(call.page.id)
    .find(({ psid }) => idOf(psid) === id);
  if (found) checkReadRate(call);
  return found;
}

function idOf(psid: string): string {
  return `t_${psid}`;
}

function nodeOf(call: PageCall, conversation: Conversation): Node {
  const { page } = call;
  const { psid, name, entries } = conversation;
  return {
    id: idOf(psid),
    link: `/${page.id}/inbox/${psid}/`,
    updated_time: timeOf(entries.at(-1)?.at ?? 0),
    message_count: messagesIn(entries).length,
    participants: {
      data: [personOf(psid, name), personOf(page.id, page.name)],
    },
    messages: {
      nodeType: 'Message',
      nodes: (limit) =>
        messagesOf(call, conversation).slice(0, listSize(limit)),
      defaultFields: ['id', 'created_time'],
    },
  };
}

interface MessageNode extends Node {
  id: string;
}

/** Latest first, like Meta's lists. */
function messagesOf(
  { page }: PageCall,
  { psid, name, entries }: Conversation,
): MessageNode[] {
  const customer = personOf(psid, name);
  const ofPage = personOf(page.id, page.name);
  return messagesIn(entries)
    .reverse()
    .map(({ from, mid, message, postback, at }) => ({
      id: mid ?? '',
      created_time: timeOf(at),
      from: from === 'user' ? customer : ofPage,
      to: { data: [from === 'user' ? ofPage : customer] },
      message:
        latestText(entries, mid) ?? message?.text ?? postback?.title ?? '',
      attachments: { data: attachmentsOf(message) },
    }));
}

/** The text after the latest edit, if there was one. */
function latestText(
  entries: readonly ConversationEntry[],
  mid: string | undefined,
): string | undefined {
  return entries.findLast(({ edit }) => edit !== undefined && edit.mid === mid)
    ?.edit?.text;
}

function messagesIn(
  entries: readonly ConversationEntry[],
): ConversationEntry[] {
  return entries.filter(
    ({ mid, message, postback }) => mid !== undefined && (message ?? postback),
  );
}

function attachmentsOf(message: ConversationEntry['message']): Json[] {
  const { attachment, attachments } = message ?? {};
  const all = Array.isArray(attachments) ? attachments : [attachment];
  return all.flatMap((each) => {
    if (!isObject(each)) return [];
    const payload = getProperty(each, 'payload');
    const url = isObject(payload) ? getProperty(payload, 'url') : undefined;
    const type = getProperty(each, 'type');
    return [
      type === 'image'
        ? { image_data: { url } }
        : { mime_type: type, file_url: url },
    ];
  });
}

function personOf(
  id: string,
  name: string,
): { name: string; email: string; id: string } {
  return { name, email: `${id}@facebook.com`, id };
}

/** `2026-11-25T12:00:00+0000` */
function timeOf(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, '+0000');
}

/** New items are inserted at the start, so a cursor holds the ID of an item. */
function byId<Item>(
  all: readonly Item[],
  idIn: (item: Item) => string,
): Cursors<Item> {
  return {
    of: (item) => Buffer.from(idIn(item)).toString('base64url'),
    find: (cursor) => {
      const id = Buffer.from(cursor, 'base64url').toString('utf8');
      const before = all.findIndex((item) => idIn(item) === id);
      return before < 0 ? undefined : { before, upTo: before + 1 };
    },
  };
}
