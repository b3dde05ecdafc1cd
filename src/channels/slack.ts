import { createHash } from 'node:crypto';

import { getProperty } from '../util/getProperty';

import type { FaceChannel, FaceRefusal, Message } from './channel';

/** https://docs.slack.dev/reference/scopes/chat.write.customize */
const SCOPE = 'chat:write.customize';

const ADVICE = `Give the app the scope ${SCOPE}, and use a bot token.`;

/** The methods of Bottender's SlackContext that post a message. */
type SlackMethod =
  | 'sendText'
  | '_postMessage'
  | 'postMessage'
  | 'postEphemeral'
  | 'chat.postMessage'
  | 'chat.postEphemeral';

/**
 * A message has a `username` and an `iconUrl`. `sendText` takes no options, but
 * ends in `_postMessage`, the class's own way to `chat.postMessage`, which
 * dresses what comes there without a face. What others have wrapped, `chat` or
 * `sendText`, lies above the two ends.
 */
export const slack: FaceChannel<'slack', SlackMethod> = {
  carries: 'face',
  platform: 'slack',
  title: 'Slack',
  itself: 'The app',
  advice: { channel: ADVICE, ignored: ADVICE },
  methods: {
    // The options are for mocks: Bottender's own passes them over.
    sendText: { at: 1, text: 0 },
    _postMessage: { at: 0, text: 'inside' },
    postMessage: { at: 1, also: 0 },
    postEphemeral: { at: 1, also: 0 },
    'chat.postMessage': { at: 0 },
    'chat.postEphemeral': { at: 0 },
  },
  bundles: ['chat', 'views'],
  dress: ({ name, profilePictureUrl }) => ({
    face: { username: name, iconUrl: profilePictureUrl },
  }),
  facePart: 'username',
  ends: {
    methods: {
      _postMessage: '_postMessage',
      'chat.postMessage': '_postMessage',
      'chat.postEphemeral': '_postEphemeral',
    },
  },
  accountOf,
  readRefusal,
  readIgnored,
};

/** A token has scopes, or lacks them. By its digest, so that it stays where it is. */
function accountOf(client: unknown): string {
  const token = getProperty(client, 'accessToken');
  return typeof token === 'string'
    ? createHash('sha256').update(token).digest('base64')
    : '';
}

/**
 * The app may not choose who speaks. `missing_scope` says which scope is
 * missing; without another one the message would fail in any case.
 */
function readRefusal(error: unknown): FaceRefusal | undefined {
  const data = getProperty(getProperty(error, 'response'), 'data');
  const message = getProperty(data, 'error');
  if (message === 'not_allowed_token_type') return { message };
  if (message !== 'missing_scope') return undefined;
  const needed = getProperty(data, 'needed');
  if (typeof needed !== 'string') return { message };
  return needed.includes(SCOPE)
    ? { message: `${message}: ${needed}` }
    : undefined;
}

/** `chat.postMessage` answers with the message as it was posted; `chat.postEphemeral` does not. */
function readIgnored(answer: unknown, { username }: Message) {
  const given = getProperty(getProperty(answer, 'message'), 'username');
  if (typeof given !== 'string' || given === username) return undefined;
  const shown = unescaped(given);
  return shown === username ? undefined : `Slack showed it as "${shown}"`;
}

/** https://docs.slack.dev/messaging/formatting-message-text#escaping */
function unescaped(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
