import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { World } from '../world/world';

/** The chat page is next to this folder, in the sources and in the package. */
const PAGE_DIRECTORY = join(__dirname, '..', 'page');

const TYPES: Record<string, string> = {
  html: 'text/html; charset=UTF-8',
  js: 'text/javascript; charset=UTF-8',
  css: 'text/css; charset=UTF-8',
};

const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src http: https: data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Uploaded files must not run scripts on the emulator's origin. */
const UPLOAD_POLICY = "default-src 'none'; sandbox";

const CUSTOMER_PICTURE =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><rect width="24" height="24" fill="#ccc"/><circle cx="12" cy="9" r="4" fill="#fff"/><path d="M4 22a8 8 0 0 1 16 0z" fill="#fff"/></svg>';

/** Shown for every sticker, because the emulator has none of Meta's pictures. */
const STICKER =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path fill="#06f" d="M2 10h4v11H2zM8 21V10l5-8c2 0 2 2 2 3l-1 4h6c2 0 2 2 2 3l-2 7c0 1-1 2-2 2z"/></svg>';

/** Pictures that the emulator draws itself. */
const DRAWN = new Map([
  ['customer', CUSTOMER_PICTURE],
  ['sticker', STICKER],
]);

export async function sendPageFile(
  response: ServerResponse,
  name: string,
): Promise<void> {
  // Accept plain names only, so that no path leaves the directory.
  const extension = /^[a-z-]+\.(html|js|css)$/.exec(name)?.[1] ?? '';
  const type = TYPES[extension];
  const content =
    type && (await readFile(join(PAGE_DIRECTORY, name)).catch(() => undefined));
  if (!type || !content) return sendNotFound(response);
  send(response, 200, content, {
    'Content-Type': type,
    'Content-Security-Policy': PAGE_POLICY,
    'Referrer-Policy': 'no-referrer',
  });
}

/** A persona's picture, by a redirect to the URL that was sent, or a drawn one. */
export function sendPicture(
  response: ServerResponse,
  world: World,
  id: string,
): void {
  const drawn = DRAWN.get(id);
  if (drawn !== undefined) {
    return send(response, 200, Buffer.from(drawn), {
      'Content-Type': 'image/svg+xml',
      'Content-Security-Policy': UPLOAD_POLICY,
    });
  }
  redirect(response, world.personas.pictureSource(id));
}

/** An uploaded file, or a redirect to the URL that was saved. */
export function sendAttachment(
  response: ServerResponse,
  world: World,
  id: string,
): void {
  const file = world.attachments.file(id);
  if (!file) return redirect(response, world.attachments.source(id));
  const type = imageType(file.content);
  send(response, 200, file.content, {
    'Content-Type': type ?? 'application/octet-stream',
    'Content-Disposition': type ? 'inline' : 'attachment',
    'Content-Security-Policy': UPLOAD_POLICY,
  });
}

/** Detects the type by the first bytes, because a given name or type may be wrong. */
function imageType(content: Buffer): string | undefined {
  const start = content.toString('latin1', 0, 12);
  if (start.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (start.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (start.startsWith('GIF8')) return 'image/gif';
  if (start.startsWith('RIFF') && start.endsWith('WEBP')) return 'image/webp';
  return undefined;
}

function redirect(response: ServerResponse, source: string | undefined): void {
  if (source === undefined) return sendNotFound(response);
  send(response, 302, Buffer.alloc(0), { Location: new URL(source).href });
}

function sendNotFound(response: ServerResponse): void {
  sendText(response, 404, 'Not found');
}

export function sendText(
  response: ServerResponse,
  status: number,
  text: string,
): void {
  send(response, status, Buffer.from(text), {
    'Content-Type': 'text/plain; charset=UTF-8',
  });
}

function send(
  response: ServerResponse,
  status: number,
  content: Buffer,
  headers: Record<string, string>,
): void {
  response.writeHead(status, {
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...headers,
  });
  response.end(content);
}
