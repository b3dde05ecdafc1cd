import { ReadStream } from 'node:fs';

import type {
  ClientCall,
  MessageFile,
  MultipartForm,
} from '../channels/messageCall';
import { PersonaError } from '../errors';
import { outcomeOf } from '../graph/graphCall';
import { describeFailure } from '../graph/graphFailure';
import type { GraphAxios, GraphClient } from '../graph/graphClient';
import { getProperty } from '../util/values';

/** Options that describe a file's contents rather than the message. */
const FILE_OPTIONS = ['filename', 'filepath', 'contentType', 'knownLength'];

/**
 * Bottender sends file contents as multipart, which carries no persona. So the
 * file is uploaded first, and the call that is returned sends it by its ID.
 *
 * @see https://developers.facebook.com/docs/messenger-platform/reference/attachment-upload-api
 */
export async function upload(
  { type, contents }: MessageFile,
  args: unknown[],
  client: GraphClient,
): Promise<ClientCall> {
  const [recipient, , options = {}] = args;
  if (type === 'form') {
    // Custom clients may lack what uploads: they send files in their own way.
    if (!client.axios) return { args };
    const message = await uploadForm(client, client.axios, contents);
    return { args: [recipient, message, options], method: 'sendMessage' };
  }
  if (!client.uploadAttachment) return { args };
  const entries = Object.entries(options as object);
  const isOfFile = ([name]: [string, unknown]) => FILE_OPTIONS.includes(name);
  const ofFile = Object.fromEntries(entries.filter(isOfFile));
  const ofMessage = entries.filter((entry) => !isOfFile(entry));
  const answer = await client.uploadAttachment(type, contents, ofFile);
  const attachmentId = attachmentIdIn(answer);
  return {
    args: [recipient, { attachmentId }, Object.fromEntries(ofMessage)],
  };
}

/** @throws PersonaError for an answer without it */
function attachmentIdIn(answer: unknown): string {
  const id =
    getProperty(answer, 'attachmentId') ?? getProperty(answer, 'attachment_id');
  if (typeof id === 'string') return id;
  throw notUploaded('the response has no attachment ID');
}

function notUploaded(why: string): PersonaError {
  return new PersonaError(
    `The file could not be uploaded, so nothing was sent: ${why}.`,
  );
}

/** A form for the Send API is one for the upload too: it has the message and the file's contents. */
async function uploadForm(
  client: GraphClient,
  axios: GraphAxios,
  form: MultipartForm,
): Promise<object> {
  // To send a form empties it.
  const parts = form._streams.filter((part) => typeof part === 'string');
  const at = parts.findIndex((part) => part.includes('name="message"'));
  const message = JSON.parse(parts[at + 1] ?? '{}') as { attachment?: object };
  const path = `/me/message_attachments?access_token=${client.accessToken}`;
  const headers = form.getHeaders();
  const answer = await outcomeOf(client, () =>
    axios.post(path, form, { headers }),
  );
  if (!answer.ok) throw notUploaded(describeFailure(answer.failure));
  const attachmentId = attachmentIdIn(answer.value.data);
  const attachment = { ...message.attachment, payload: { attachmentId } };
  return { ...message, attachment };
}

/** Rejects when the stream of a message that waits fails, which otherwise would end the process. */
export function failureOf({ contents }: MessageFile): Promise<never> {
  return new Promise((_, reject) => {
    if (contents instanceof ReadStream) contents.once('error', reject);
  });
}

/** @throws the failure of a stream that failed while its message waited: the client would wait for its contents without end */
export function checkStream({ contents }: MessageFile): void {
  if (contents instanceof ReadStream && contents.errored) {
    throw contents.errored;
  }
}
