import {
  getProperty,
  isObject,
  toText,
  type Json,
  type JsonObject,
} from '../values/json';
import type { Parameters } from './parameters';

/** Describes a call in a few words, for lists of calls; `''` if its path says enough. */
export function describeCall(parameters: Parameters): string {
  const batch = parameters.json('batch');
  if (Array.isArray(batch)) return `${batch.length} calls`;
  const message = parameters.json('message');
  if (isObject(message)) return contentOf(message);
  return (
    parameters.text('sender_action') ??
    parameters.text('name') ??
    parameters.text('fields') ??
    ''
  );
}

function contentOf(message: JsonObject): string {
  const text = toText(getProperty(message, 'text'));
  if (text !== undefined) return text;
  const attachments = getProperty(message, 'attachments');
  const attachment = Array.isArray(attachments)
    ? attachments[0]
    : getProperty(message, 'attachment');
  const template = toText(
    getNested(getNested(attachment, 'payload'), 'template_type'),
  );
  if (template !== undefined) return `${template} template`;
  const isSticker = getProperty(message, 'sticker_id') !== undefined;
  return toText(getNested(attachment, 'type')) ?? (isSticker ? 'sticker' : '');
}

function getNested(value: Json | undefined, name: string): Json | undefined {
  return isObject(value) ? getProperty(value, name) : undefined;
}
