import type { MessageFile } from '../channels/channel';
import { clientOf, type PageContext } from '../graph/page';

/** Options that describe a file's contents rather than the message. */
const FILE_OPTIONS = ['filename', 'filepath', 'contentType', 'knownLength'];

/**
 * Bottender sends file contents as multipart, which carries no persona. So the
 * file is uploaded first and then sent by its ID, which does.
 *
 * @param args a client's: the recipient, the contents, and options
 * @returns the arguments that send the uploaded file
 * @see https://developers.facebook.com/docs/messenger-platform/reference/attachment-upload-api
 */
export async function upload(
  { type, contents }: MessageFile,
  [recipient, , options = {}]: readonly unknown[],
  pageContext: PageContext,
): Promise<unknown[]> {
  const [ofFile, ofMessage] = partition(options as object);
  const client = clientOf(pageContext);
  const { attachmentId } = await client.uploadAttachment(
    type,
    contents,
    ofFile,
  );
  return [recipient, { attachmentId }, ofMessage];
}

function partition(options: object): [object, object] {
  const entries = Object.entries(options);
  const isOfFile = ([name]: [string, unknown]) => FILE_OPTIONS.includes(name);
  return [
    Object.fromEntries(entries.filter(isOfFile)),
    Object.fromEntries(entries.filter((entry) => !isOfFile(entry))),
  ];
}

/** Rejects when the stream of a message that waits fails, which otherwise would end the process. */
export function failureOf({ contents }: MessageFile): Promise<never> {
  if (Buffer.isBuffer(contents)) return new Promise(() => undefined);
  return new Promise((_, reject) => {
    contents.once('error', reject);
  });
}
