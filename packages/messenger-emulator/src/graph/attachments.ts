import type { Attachment } from '../world/attachments';
import { isHttpUrl } from '../values/checks';
import { GraphError, invalidParameter } from '../values/graphError';
import {
  getProperty,
  isObject,
  toText,
  type Json,
  type JsonObject,
} from '../values/json';
import type { PageCall } from './call';
import { checkTemplate } from './templates';

/** docs/messenger-facts.md#attachment-types */
const MEDIA_TYPES = ['image', 'audio', 'video', 'file'];

/**
 * `POST /{page}/message_attachments`
 *
 * @see https://developers.facebook.com/docs/messenger-platform/reference/attachment-upload-api
 */
export function uploadAttachment(call: PageCall): Json {
  const message = call.parameters.object('message');
  const attachment = message && getProperty(message, 'attachment');
  if (!isObject(attachment)) {
    throw invalidParameter('The parameter message[attachment] is required');
  }
  const { type, payload } = readAttachment(attachment);
  if (!MEDIA_TYPES.includes(type)) throw unknownType(MEDIA_TYPES);
  return { attachment_id: saveMedia(call, type, payload).id };
}

/**
 * Returns the attachment as the customer sees it: with a URL, even if it was
 * uploaded with the message or is sent by its ID.
 */
export function resolveAttachment(
  call: PageCall,
  value: Json,
): { type: string; payload: JsonObject; id?: string } {
  if (!isObject(value)) {
    throw invalidParameter('Param message[attachment] must be a JSON object');
  }
  const { type, payload } = readAttachment(value);
  if (type === 'template') {
    checkTemplate(payload, call);
    return { type, payload };
  }
  if (!MEDIA_TYPES.includes(type)) {
    throw unknownType([...MEDIA_TYPES, 'template']);
  }
  const id = toText(getProperty(payload, 'attachment_id'));
  if (id === undefined) {
    const { url, id: newId } = saveMedia(call, type, payload);
    const isReusable = toText(getProperty(payload, 'is_reusable')) === 'true';
    return {
      type,
      payload: { ...payload, url },
      ...(isReusable ? { id: newId } : {}),
    };
  }
  const saved = call.world.attachments.ofPage(call.page.id, id);
  if (!saved) {
    throw invalidParameter(`Invalid attachment_id ${id} for this Page`);
  }
  return { type, payload: { ...payload, url: saved.url } };
}

/** `message.attachments`: several images in one message. */
export function resolveImages(call: PageCall, value: Json): Json[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw invalidParameter('Param message[attachments] must be an array');
  }
  return value.map((each) => {
    const { type, payload } = resolveAttachment(call, each);
    if (type !== 'image') {
      throw invalidParameter('Param message[attachments] takes images only');
    }
    return { type, payload };
  });
}

function saveMedia(
  { world, page, files }: PageCall,
  type: string,
  payload: JsonObject,
): Attachment {
  const url = getProperty(payload, 'url');
  if (url !== undefined) {
    if (typeof url !== 'string' || !isHttpUrl(url)) {
      throw invalidParameter('The attachment needs a valid http(s) url');
    }
    return world.attachments.saveUrl(page.id, type, url);
  }
  const file = files.find((upload) => upload.field === 'filedata');
  if (file && !file.filename) throw fileWithoutName();
  if (!file) {
    throw invalidParameter(
      'The attachment needs a url, an attachment_id or an uploaded filedata',
    );
  }
  return world.attachments.saveFile(page.id, type, file);
}

function readAttachment(attachment: JsonObject): {
  type: string;
  payload: JsonObject;
} {
  const type = toText(getProperty(attachment, 'type'))?.toLowerCase() ?? '';
  const payload = getProperty(attachment, 'payload');
  return { type, payload: isObject(payload) ? payload : {} };
}

function unknownType(types: string[]): Error {
  return invalidParameter(
    `Param message[attachment][type] must be one of {${types.join(', ')}}`,
  );
}

/** docs/messenger-facts.md#file-without-filename */
function fileWithoutName(): Error {
  return new GraphError(
    '(#100) Incorrect number of files uploaded. Must upload exactly one file.',
    { subcode: 2018005 },
  );
}
