import { once } from 'node:events';
import http from 'node:http';
import {
  OTHER_PAGE,
  PAGE,
  PSID,
  refusal,
  startEmulated,
  type Emulated,
} from './support/emulated';

const PNG = Buffer.from('\x89PNG\r\n\x1a\n and the rest \xff\x00', 'latin1');

let emulated: Emulated;
beforeEach(async () => {
  emulated = await startEmulated();
  await emulated.emulator.say(PSID, 'hi');
});
afterEach(() => emulated.close());

async function upload(
  edge: string,
  fields: Record<string, string>,
  filename?: string,
) {
  // By hand, because FormData gives every file a name.
  const part = (name: string, more = '') =>
    `--b\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n`;
  const content = Buffer.concat([
    ...Object.entries(fields).map(([name, value]) =>
      Buffer.from(`${part(name)}${value}\r\n`),
    ),
    Buffer.from(part('filedata', filename && `; filename="${filename}"`)),
    PNG,
    Buffer.from('\r\n--b--\r\n'),
  ]);
  const response = await fetch(
    `${emulated.emulator.origin}/v6.0/me/${edge}?access_token=${PAGE.accessToken}`,
    {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
      body: content,
    },
  );
  const body = (await response.json()) as Record<string, string>;
  return { status: response.status, body };
}

function image(payload: object = {}) {
  return { attachment: { type: 'image', payload } };
}

function lastImageUrl(): string {
  const entry = emulated.emulator.state().conversations[0]?.entries.at(-1);
  const { attachment } = entry?.message as unknown as {
    attachment: { payload: { url: string } };
  };
  return attachment.payload.url;
}

test.each(['a b.png', 'photo.png'])(
  'an uploaded file (filename %s) is sent by its ID, byte for byte, as the persona',
  async (filename) => {
    const { body } = await upload(
      'message_attachments',
      { message: JSON.stringify(image({ is_reusable: true })) },
      filename,
    );
    expect(body).toEqual({
      attachment_id: expect.stringMatching(/^\d{17}$/) as string,
    });
    const persona = await emulated.persona();
    const sent = await emulated.graph('POST', '/me/messages', {
      recipient: { id: PSID },
      message: image({ attachment_id: body.attachment_id }),
      persona_id: persona,
    });
    expect(sent.status).toBe(200);
    const shown = await fetch(lastImageUrl());
    expect(shown.headers.get('content-type')).toBe('image/png');
    expect(shown.headers.get('content-security-policy')).toContain('sandbox');
    expect(Buffer.from(await shown.arrayBuffer())).toEqual(PNG);
  },
);

test('a file without a filename is refused', async () => {
  const message = JSON.stringify(image());
  expect(await upload('message_attachments', { message })).toMatchObject({
    status: 400,
    body: { error: { code: 100, error_subcode: 2018005 } },
  });
});

test('a message can contain its file', async () => {
  const sent = await upload(
    'messages',
    {
      recipient: JSON.stringify({ id: PSID }),
      message: JSON.stringify(image()),
    },
    'photo.png',
  );
  expect(sent.status).toBe(200);
  const shown = await fetch(lastImageUrl());
  expect(Buffer.from(await shown.arrayBuffer())).toEqual(PNG);
});

test('an attachment by URL keeps its URL', async () => {
  const url = 'https://pictures.test/cat.png';
  const { body } = await emulated.graph('POST', '/me/message_attachments', {
    message: image({ url, is_reusable: true }),
  });
  await emulated.graph('POST', '/me/messages', {
    recipient: { id: PSID },
    message: image({ attachment_id: body.attachment_id }),
  });
  expect(lastImageUrl()).toBe(url);
});

test('an attachment belongs to its Page', async () => {
  const { body } = await emulated.graph('POST', '/me/message_attachments', {
    message: image({ url: 'https://pictures.test/cat.png' }),
  });
  await emulated.emulator.say(PSID, 'hi', { pageId: OTHER_PAGE.id });
  const answer = await emulated.graph(
    'POST',
    '/me/messages',
    { recipient: { id: PSID }, message: image(body) },
    OTHER_PAGE.accessToken,
  );
  expect(refusal(answer)).toEqual({ status: 400, code: 100 });
});

test.each<[string, object]>([
  ['no message', {}],
  ['no attachment', { message: {} }],
  ['no content', { message: image() }],
  [
    'a template',
    { message: { attachment: { type: 'template', payload: {} } } },
  ],
])('an upload with %s is refused', async (_what, body) => {
  const answer = await emulated.graph('POST', '/me/message_attachments', body);
  expect(refusal(answer)).toEqual({ status: 400, code: 100 });
});

test('files that are not pictures are served as downloads', async () => {
  const form = new FormData();
  form.set(
    'message',
    JSON.stringify({ attachment: { type: 'file', payload: {} } }),
  );
  form.set('recipient', JSON.stringify({ id: PSID }));
  form.set(
    'filedata',
    new Blob(['<script>alert(1)</script>'], { type: 'text/html' }),
    'x.html',
  );
  await fetch(
    `${emulated.emulator.origin}/me/messages?access_token=${PAGE.accessToken}`,
    {
      method: 'POST',
      body: form,
    },
  );
  const { headers } = await fetch(lastImageUrl());
  expect(headers.get('content-type')).toBe('application/octet-stream');
  expect(headers.get('content-disposition')).toBe('attachment');
});

test('a body that breaks off does no harm', async () => {
  const request = http.request(
    `${emulated.emulator.origin}/me/message_attachments?access_token=${PAGE.accessToken}`,
    {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
    },
  );
  request.write(
    '--b\r\nContent-Disposition: form-data; name="filedata"\r\n\r\nabc',
  );
  request.end();
  const [response] = (await once(request, 'response')) as [
    { statusCode: number; resume(): void },
  ];
  response.resume();
  expect(response.statusCode).toBe(400);
  expect((await emulated.graph('GET', '/me')).status).toBe(200);
});
