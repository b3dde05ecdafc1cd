import { ReadStream } from 'node:fs';

import type { Context } from 'bottender';

import { clientOf, pageContextOf } from '../messenger/page';

import { goesOut } from './goesOut';
import { OPTIONS_POSITION, uploadTypeOf, type CoveredMethod } from './methods';

/** Options that describe a file's contents rather than the message. */
const FILE_OPTIONS = ['filename', 'filepath', 'contentType', 'knownLength'];

/** Whether a call sends a file's contents. */
export function carriesFile(
  method: CoveredMethod,
  [first]: unknown[],
): boolean {
  return uploadTypeOf(method) !== undefined && isFileContents(first);
}

/**
 * Bottender sends file contents as multipart, which carries no persona. So the
 * file is uploaded first and then sent by its ID, which does.
 *
 * @returns the arguments that send the uploaded file; the same where there is
 * nothing to upload
 * @see https://developers.facebook.com/docs/messenger-platform/reference/attachment-upload-api
 */
export async function upload(
  context: Context,
  method: CoveredMethod,
  args: unknown[],
): Promise<unknown[]> {
  const type = uploadTypeOf(method);
  const [contents] = args;
  const host = pageContextOf(context);
  if (!type || !isFileContents(contents) || !host) return args;
  if (!goesOut(context)) return args;
  const options = args[OPTIONS_POSITION[method]] ?? {};
  const [ofFile, ofMessage] = partition(options, FILE_OPTIONS);
  const { attachmentId } = await clientOf(host).uploadAttachment(
    type,
    contents,
    ofFile,
  );
  return [{ attachmentId }, ofMessage];
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
