import { ReadStream } from 'node:fs';

import { clientOf } from '../messenger/page';

import {
  OPTIONS_POSITION,
  uploadTypeOf,
  type CoveredMethod,
} from '../channels/messenger';
import type { Occasion } from './occasion';

/** Options that describe a file's contents rather than the message. */
const FILE_OPTIONS = ['filename', 'filepath', 'contentType', 'knownLength'];

/** Whether a call sends a file's contents. */
export function carriesFile(
  method: CoveredMethod,
  args: unknown[],
  lead = 0,
): boolean {
  return uploadTypeOf(method) !== undefined && isFileContents(args[lead]);
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
  { host, goesOut }: Occasion,
  method: CoveredMethod,
  args: unknown[],
  lead = 0,
): Promise<unknown[]> {
  const type = uploadTypeOf(method);
  const contents = args[lead];
  if (!type || !isFileContents(contents) || !host || !goesOut) return args;
  const options = args[OPTIONS_POSITION[method] + lead] ?? {};
  const [ofFile, ofMessage] = partition(options, FILE_OPTIONS);
  const { attachmentId } = await clientOf(host).uploadAttachment(
    type,
    contents,
    ofFile,
  );
  return [...args.slice(0, lead), { attachmentId }, ofMessage];
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
