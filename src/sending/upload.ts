import { ReadStream } from 'node:fs';

import { clientOf } from '../graph/page';
import type { Occasion } from '../speaking/occasion';

import { optionsAt, type Call } from './call';

/** Options that describe a file's contents rather than the message. */
const FILE_OPTIONS = ['filename', 'filepath', 'contentType', 'knownLength'];

/** Whether a call sends a file's contents. */
export function carriesFile({ place, args, lead }: Call): boolean {
  return place.upload !== undefined && isFileContents(args[lead]);
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
  { pageContext, goesOut }: Occasion,
  call: Call,
): Promise<unknown[]> {
  const { place, args, lead } = call;
  const contents = args[lead];
  if (!place.upload || !isFileContents(contents) || !pageContext || !goesOut) {
    return args;
  }
  const options = args[optionsAt(call)] ?? {};
  const [ofFile, ofMessage] = partition(options, FILE_OPTIONS);
  const { attachmentId } = await clientOf(pageContext).uploadAttachment(
    place.upload,
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
