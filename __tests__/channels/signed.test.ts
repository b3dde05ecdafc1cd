import type { TwilioClient } from 'bottender';
import { personas } from 'bottender-persona';

import { LINE_MESSAGES } from './channelMessages';
import {
  FIXTURES,
  startPlatform,
  type AnswerTo,
  type ChannelName,
} from '../support/channels';
import { methodAt } from '../support/clients';
import { profile } from '../support/personas';

beforeEach(() => {
  // Some methods are deprecated.
  jest.spyOn(console, 'error').mockImplementation();
});
afterEach(() => {
  jest.restoreAllMocks();
});

/** Refuses every name. */
const answer: AnswerTo = ({ body }) => {
  if (body.username !== undefined) {
    return { body: { ok: false, error: 'missing_scope' } };
  }
  return JSON.stringify(body).includes('"sender"')
    ? { status: 400, body: { message: 'sender.name is invalid' } }
    : undefined;
};

const MESSAGES = [
  { type: 'text', text: 'a' },
  { type: 'template', altText: 'a', template: { type: 'confirm', text: 'a' } },
  { type: 'text', text: 'b' },
];

const onLine = Object.entries({ reply: 'T1', push: 'U1', multicast: ['U1'] })
  .flatMap(([way, to]): [string, unknown[]][] => [
    ...Object.entries(LINE_MESSAGES).map(
      ([kind, args]): [string, unknown[]] => [way + kind, [to, ...args]],
    ),
    [`${way}Messages`, [to, MESSAGES]],
    [`${way}RawBody`, [{ to, messages: MESSAGES }]],
  ])
  .concat([
    ['narrowcast', [MESSAGES]],
    ['narrowcastRawBody', [{ messages: MESSAGES }]],
  ]);

test.each<[ChannelName, string, unknown[]]>([
  ...onLine.map(([method, args]): [ChannelName, string, unknown[]] => [
    'line',
    method,
    args,
  ]),
  ['slack', 'postMessage', ['C1', 'a']],
  ['slack', 'postMessage', ['C1', 'a', { threadTs: '9' }]],
  ['slack', 'postMessage', ['C1', { text: 'a' }, { threadTs: '9' }]],
  ['slack', 'postEphemeral', ['C1', 'U1', 'a']],
  ['slack', 'postEphemeral', ['C1', 'U1', { text: 'a' }]],
  ['slack', 'callMethod', ['chat.postMessage', { channel: 'C1', text: 'a' }]],
  ['slack', 'callMethod', ['chat.postEphemeral', { channel: 'C1', text: 'a' }]],
  ['telegram', 'sendMessage', [7, 'a']],
  ['telegram', 'sendPhoto', [7, 'a', { caption: 'a' }]],
  ['telegram', 'sendContact', [7, { phoneNumber: '1', firstName: 'a' }]],
  ['whatsapp', 'createMessage', [{ to: '+2', body: 'a' }]],
  ['whatsapp', 'createMessage', [{ to: '+2', contentSid: 'a' }]],
])(
  'on %s, the texts of %s%j are signed where they go out without the profile',
  async (channel, method, args) => {
    const { origin, received } = await startPlatform(channel, answer);
    const given = FIXTURES[channel].client(origin);
    const call = (client: object) => methodAt(client, method)(...args);
    await call(given);
    const [alone] = received.splice(0);
    const plugin = personas({
      directory: { adam: profile('Adam') },
      signText: (text, { name }) => `${name}: ${text}`,
      onRefused: () => undefined,
    });
    const client = plugin.client(given as TwilioClient);
    await client.withPersona('adam', () => call(client));
    expect(received.at(-1)).toEqual({
      ...alone,
      body: signed(alone?.body ?? {}),
    });
  },
);

type Fields = Record<string, unknown>;

/** The body of a request with its texts signed. */
function signed({ messages, text, Body, ...others }: Fields): Fields {
  const sign = (given: unknown) => `Adam: ${String(given)}`;
  return {
    ...others,
    ...(text !== undefined && { text: sign(text) }),
    ...(Body !== undefined && { Body: sign(Body) }),
    ...(messages !== undefined && {
      messages: (messages as Fields[]).map((message) =>
        message.type === 'text' ? signed(message) : message,
      ),
    }),
  };
}
