import {
  field,
  isObject,
  textOf,
  type Json,
  type JsonObject,
} from '../values/json';
import type { Parameters } from './parameters';

/** Describes a call in a few words, for lists of calls; `''` if the path is enough. */
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
  const text = textOf(field(message, 'text'));
  if (text !== undefined) return text;
  const several = field(message, 'attachments');
  const attachment = Array.isArray(several)
    ? several[0]
    : field(message, 'attachment');
  const template = textOf(inner(inner(attachment, 'payload'), 'template_type'));
  if (template !== undefined) return `${template} template`;
  const isSticker = field(message, 'sticker_id') !== undefined;
  return textOf(inner(attachment, 'type')) ?? (isSticker ? 'sticker' : '');
}

function inner(value: Json | undefined, name: string): Json | undefined {
  return isObject(value) ? field(value, name) : undefined;
}
