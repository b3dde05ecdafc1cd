import { ReadStream } from 'node:fs';

import type { Context } from 'bottender';

import { clientOf, pageContextOf } from '../messenger/page';

import { OPTIONS_POSITION, uploadTypeOf, type CoveredMethod } from './methods';

/** Options that describe a file's contents rather than the message. */
const FILE_OPTIONS = ['filename', 'filepath', 'contentType', 'knownLength'];

/**
 * Bottender sends file contents as multipart, which carries no persona. So the
 * file is uploaded first and then sent by its ID, which does.
 *
 * @returns the arguments that send the uploaded file, or `undefined` where
 * there is nothing to upload
 * @see https://developers.facebook.com/docs/messenger-platform/reference/attachment-upload-api
 */
export function uploadFirst(
  context: Context,
  method: CoveredMethod,
  args: unknown[],
): Promise<unknown[]> | undefined {
  const type = uploadTypeOf(method);
  const [contents] = args;
  const host = pageContextOf(context);
  if (!type || !isFileContents(contents) || !host) return;
  if (!goesOut(context)) return;
  const options = args[OPTIONS_POSITION[method]] ?? {};
  const [ofFile, ofMessage] = partition(options, FILE_OPTIONS);
  return clientOf(host)
    .uploadAttachment(type, contents, ofFile)
    .then(({ attachmentId }) => [{ attachmentId }, ofMessage]);
}

/** Bottender sends nothing without a session, nor in answer to its own echoes and receipts. */
function goesOut({ session, event }: Context): boolean {
  return Boolean(
    session && !event.isEcho && !event.isDelivery && !event.isRead,
  );
}

function isFileContents(value: unknown): value is Buffer | ReadStream {
  return Buffer.isBuffer(value) || value instanceof ReadStream;
}

function partition(options: object, names: string[]): [object, object] {
  const entries = Object.entries(options);
  return [
    Object.fromEntries(entries.filter(([name]) => names.includes(name))),
    Object.fromEntries(entries.filter(([name]) => !names.includes(name))),
  ];
}
