/**
 * What real Graph clients send, written down from their sources. Placeholders:
 * TOKEN, PROOF, PAGE_ID, PSID, APP_ID, APP_SECRET, and PERSONA_ID for a persona
 * made for the call.
 */
export interface GraphClient {
  name: string;
  source: string;
  calls: ClientCall[];
}

export interface ClientCall {
  does: 'send' | 'delete persona' | 'create persona' | 'other';
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

const FORM = 'application/x-www-form-urlencoded';
const JSON_UTF8 = 'application/json; charset=utf-8';
const PICTURE = 'https%3A%2F%2Fpictures.test%2Feve.png';
const BOUNDARY = '**boundarystringwhichwill**neverbeencounteredinthewild**';

const encode = (value: object) => encodeURIComponent(JSON.stringify(value));
const RECIPIENT = { id: 'PSID' };
const MESSAGE = { text: 'hi' };
const IMAGE = { attachment: { type: 'image', payload: {} } };

/** A multipart body, with the line breaks that HTTP wants. */
const multipart = (boundary: string, ...parts: [string, string][]) =>
  [
    ...parts.map(
      ([head, content]) =>
        `--${boundary}\r\nContent-Disposition: form-data; ${head}\r\n\r\n${content}\r\n`,
    ),
    `--${boundary}--\r\n`,
  ].join('');

export const GRAPH_CLIENTS: GraphClient[] = [
  {
    name: 'restfb',
    source:
      'restfb/restfb, DefaultWebRequestor and DefaultFacebookClient, 2026',
    calls: [
      {
        does: 'send',
        method: 'POST',
        path: '/v23.0/me/messages',
        headers: { 'content-type': FORM, 'user-agent': 'Java-http-client/17' },
        body: `recipient=${encode(RECIPIENT)}&message=${encode(MESSAGE)}&access_token=TOKEN&appsecret_proof=PROOF&format=json`,
      },
      {
        does: 'send',
        method: 'POST',
        path: '/v23.0/me/messages?access_token=TOKEN&format=json',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ recipient: RECIPIENT, message: MESSAGE }),
      },
      {
        does: 'send',
        method: 'POST',
        path: `/v23.0/me/messages?recipient=${encode(RECIPIENT)}&message=${encode(IMAGE)}&access_token=TOKEN&format=json`,
        headers: { 'content-type': `multipart/form-data;boundary=${BOUNDARY}` },
        body: multipart(BOUNDARY, [
          'name="filedata"; filename="eve.png"\r\nContent-Type: image/png',
          'PNG',
        ]),
      },
      {
        does: 'delete persona',
        method: 'DELETE',
        path: '/v23.0/PERSONA_ID?access_token=TOKEN&format=json',
      },
      {
        does: 'delete persona',
        method: 'POST',
        path: '/v23.0/PERSONA_ID',
        headers: { 'content-type': FORM },
        body: 'access_token=TOKEN&format=json&method=delete',
      },
      {
        does: 'send',
        method: 'POST',
        path: '/v23.0/',
        headers: { 'content-type': FORM },
        body: `batch=${encode([
          {
            method: 'POST',
            relative_url: 'me/messages',
            body: `recipient=${encode(RECIPIENT)}&message=${encode(MESSAGE)}`,
          },
        ])}&access_token=TOKEN&format=json`,
      },
    ],
  },
  {
    name: 'fbgraph',
    source: 'criso/fbgraph 1.4, lib/graph.js',
    calls: [
      {
        does: 'send',
        method: 'POST',
        path: '/v2.9/me/messages?access_token=TOKEN&appsecret_proof=PROOF',
        headers: { host: 'localhost' },
        body: 'recipient%5Bid%5D=PSID&message%5Btext%5D=hi',
      },
      {
        does: 'create persona',
        method: 'POST',
        path: '/v2.9/me/personas?access_token=TOKEN',
        body: `name=Eve&profile_picture_url=${PICTURE}`,
      },
      {
        does: 'delete persona',
        method: 'POST',
        path: '/v2.9/PERSONA_ID?method=delete&access_token=TOKEN',
        body: 'access_token=TOKEN',
      },
      {
        does: 'send',
        method: 'POST',
        path: '/v2.9/?access_token=TOKEN',
        body: `access_token=TOKEN&batch=${encode([
          {
            method: 'POST',
            relative_url: 'me/messages',
            body: `recipient=${encode(RECIPIENT)}&message=${encode(MESSAGE)}`,
          },
        ])}`,
      },
      {
        does: 'other',
        method: 'GET',
        path: '/v2.9/oauth/access_token?client_id=APP_ID&client_secret=APP_SECRET&grant_type=client_credentials',
      },
    ],
  },
  {
    name: 'fb',
    source: 'node-facebook/facebook-node-sdk, src/fb.js',
    calls: [
      {
        does: 'send',
        method: 'POST',
        path: '/v2.3/me/messages?access_token=TOKEN&appsecret_proof=PROOF',
        headers: {
          'content-type': FORM,
          'user-agent': 'thuzi_nodejssdk/1.1.1',
        },
        body: `recipient=${encode(RECIPIENT)}&message=${encode(MESSAGE)}`,
      },
      {
        does: 'delete persona',
        method: 'DELETE',
        path: '/v2.3/PERSONA_ID?access_token=TOKEN',
        headers: { 'user-agent': 'thuzi_nodejssdk/1.1.1' },
      },
    ],
  },
  {
    name: 'messaging-api-messenger',
    source: 'bottenderjs/messaging-apis 1.0.6, MessengerClient',
    calls: [
      {
        does: 'send',
        method: 'POST',
        path: '/v6.0/me/messages?access_token=TOKEN&appsecret_proof=PROOF',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          messaging_type: 'UPDATE',
          recipient: RECIPIENT,
          message: MESSAGE,
        }),
      },
      {
        does: 'send',
        method: 'POST',
        path: '/v6.0/?access_token=TOKEN&appsecret_proof=PROOF',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          access_token: 'TOKEN',
          batch: [
            {
              method: 'POST',
              relative_url: 'me/messages',
              body: `messaging_type=UPDATE&recipient=${encode(RECIPIENT)}&message=${encode(MESSAGE)}`,
            },
          ],
        }),
      },
      {
        does: 'send',
        method: 'POST',
        path: '/v6.0/me/messages?access_token=TOKEN',
        headers: { 'content-type': 'multipart/form-data; boundary=--x' },
        body: multipart(
          '--x',
          ['name="messaging_type"', 'UPDATE'],
          ['name="recipient"', JSON.stringify(RECIPIENT)],
          ['name="message"', JSON.stringify(IMAGE)],
          [
            'name="filedata"; filename="eve.png"\r\nContent-Type: image/png',
            'PNG',
          ],
        ),
      },
    ],
  },
  {
    name: 'pymessenger',
    source: 'davidchua/pymessenger, pymessenger/bot.py',
    calls: [
      {
        does: 'send',
        method: 'POST',
        path: '/v2.6/me/messages?access_token=TOKEN&appsecret_proof=PROOF',
        headers: {
          'content-type': 'application/json',
          'user-agent': 'python-requests/2.31.0',
          accept: '*/*',
        },
        body: JSON.stringify({
          message: MESSAGE,
          recipient: RECIPIENT,
          notification_type: 'REGULAR',
        }),
      },
      {
        does: 'other',
        method: 'DELETE',
        path: '/v2.6/me/messenger_profile?access_token=TOKEN',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ fields: ['get_started'] }),
      },
      {
        does: 'other',
        method: 'GET',
        path: '/v2.6/PSID?fields=first_name%2Clast_name&access_token=TOKEN',
      },
    ],
  },
  {
    name: 'koala',
    source: 'arsduo/koala, lib/koala/http_service/request.rb',
    calls: [
      {
        does: 'send',
        method: 'POST',
        path: '/v2.12/me/messages',
        headers: { 'content-type': FORM, 'user-agent': 'Faraday v1.0.1' },
        body: `access_token=TOKEN&appsecret_proof=PROOF&message%5Btext%5D=hi&recipient%5Bid%5D=PSID`,
      },
      {
        does: 'delete persona',
        method: 'POST',
        path: '/v2.12/PERSONA_ID',
        headers: { 'content-type': FORM },
        body: 'access_token=TOKEN&method=delete',
      },
    ],
  },
  {
    name: 'huandu/facebook',
    source: 'huandu/facebook, session.go',
    calls: [
      {
        does: 'send',
        method: 'POST',
        path: '/v3.1/me/messages',
        headers: { 'content-type': FORM, 'user-agent': 'Go-http-client/1.1' },
        body: `access_token=TOKEN&format=json&message=${encode(MESSAGE)}&recipient=${encode(RECIPIENT)}`,
      },
      {
        does: 'delete persona',
        method: 'POST',
        path: '/v3.1/PERSONA_ID',
        headers: { 'content-type': FORM },
        body: 'access_token=TOKEN&format=json&method=DELETE',
      },
      {
        does: 'other',
        method: 'GET',
        path: '/v3.1/debug_token?access_token=APP_ID%7CAPP_SECRET&format=json&input_token=TOKEN',
      },
    ],
  },
  {
    name: 'facebook-business (Python)',
    source: 'facebook/facebook-python-business-sdk, facebook_business/api.py',
    calls: [
      {
        does: 'send',
        method: 'POST',
        path: '/v23.0/PAGE_ID/messages',
        headers: {
          'content-type': FORM,
          'user-agent': 'fbbizsdk-python-v23.0.0',
        },
        body: `recipient=${encode(RECIPIENT)}&message=${encode(MESSAGE)}&access_token=TOKEN&appsecret_proof=PROOF`,
      },
      {
        does: 'send',
        method: 'POST',
        path: '/v23.0/',
        headers: { 'content-type': 'multipart/form-data; boundary=y' },
        body: multipart(
          'y',
          ['name="access_token"', 'TOKEN'],
          [
            'name="batch"',
            JSON.stringify([
              {
                method: 'POST',
                relative_url: 'PAGE_ID/messages',
                body: `recipient=${encode(RECIPIENT)}&message=${encode(IMAGE)}`,
                attached_files: 'picture',
              },
            ]),
          ],
          ['name="picture"; filename="eve.png"', 'PNG'],
        ),
      },
      {
        does: 'delete persona',
        method: 'DELETE',
        path: '/v23.0/PERSONA_ID?access_token=TOKEN&appsecret_proof=PROOF',
      },
    ],
  },
  {
    name: 'facebook/graph-sdk (PHP)',
    source: 'facebookarchive/php-graph-sdk 5.7, FacebookClient.php',
    calls: [
      {
        does: 'send',
        method: 'POST',
        path: '/v2.10/me/messages',
        headers: {
          'content-type': FORM,
          'user-agent': 'fb-php-5.7.0',
          'accept-encoding': '*',
        },
        body: 'recipient%5Bid%5D=PSID&message%5Btext%5D=hi&access_token=TOKEN&appsecret_proof=PROOF',
      },
      {
        does: 'delete persona',
        method: 'DELETE',
        path: '/v2.10/PERSONA_ID?access_token=TOKEN&appsecret_proof=PROOF',
        headers: { 'content-type': FORM },
      },
      {
        does: 'send',
        method: 'POST',
        path: '/v2.10',
        headers: { 'content-type': FORM },
        body: `batch=${encode([
          {
            headers: { 'Content-Type': FORM },
            method: 'POST',
            relative_url: '/v2.10/me/messages?access_token=TOKEN',
            body: 'recipient%5Bid%5D=PSID&message%5Btext%5D=hi',
          },
        ])}&include_headers=true&access_token=TOKEN&appsecret_proof=PROOF`,
      },
    ],
  },
  {
    name: 'facebook-messenger (Ruby)',
    source: 'jgorset/facebook-messenger, lib/facebook/messenger/bot.rb',
    calls: [
      {
        does: 'send',
        method: 'POST',
        path: '/v2.6/me/messages?access_token=TOKEN',
        headers: { 'content-type': FORM, 'user-agent': 'Ruby' },
        body: 'recipient[id]=PSID&message[text]=hi',
      },
    ],
  },
  {
    name: 'botbuilder-adapter-facebook',
    source: 'howdyai/botkit, facebook_api.ts',
    calls: [
      {
        does: 'send',
        method: 'POST',
        path: '/v2.11/me/messages?access_token=TOKEN&appsecret_proof=PROOF',
        headers: {
          accept: 'application/json',
          'content-type': 'application/json',
        },
        body: JSON.stringify({
          recipient: RECIPIENT,
          message: { ...MESSAGE },
          messaging_type: 'RESPONSE',
        }),
      },
    ],
  },
  {
    name: 'messenger4j',
    source: 'messenger4j/messenger4j, DefaultMessengerHttpClient.java',
    calls: [
      {
        does: 'send',
        method: 'POST',
        path: '/v2.11/me/messages?access_token=TOKEN',
        headers: { 'content-type': JSON_UTF8, 'user-agent': 'okhttp/3.9.0' },
        body: JSON.stringify({
          messaging_type: 'RESPONSE',
          recipient: RECIPIENT,
          message: MESSAGE,
        }),
      },
      {
        does: 'other',
        method: 'DELETE',
        path: '/v2.11/me/messenger_profile?access_token=TOKEN',
        headers: { 'content-type': JSON_UTF8 },
        body: JSON.stringify({ fields: ['greeting'] }),
      },
    ],
  },
];
