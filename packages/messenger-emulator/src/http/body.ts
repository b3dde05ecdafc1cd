import type { IncomingMessage } from 'node:http';
import { Busboy } from '@fastify/busboy';
import { GraphError, invalidParameter } from '../values/graphError';
import { isObject, parseJson, type JsonObject } from '../values/json';
import type { Intake } from './intake';
import { nestFields } from './nestFields';
import type { UploadedFile } from '../values/uploadedFile';

const MEGABYTE = 1024 * 1024;
/** JSON and forms. */
export const TEXT_LIMIT = MEGABYTE;
/**
 * Meta's limit for an attachment, used for multipart bodies:
 * docs/messenger-facts.md#attachments
 */
export const MULTIPART_LIMIT = 25 * MEGABYTE;
/** Bytes beyond a limit are read and discarded, so that the client gets the answer. */
const DISCARD_LIMIT = 8 * MULTIPART_LIMIT;

export interface Body {
  fields: JsonObject;
  files: UploadedFile[];
}

/**
 * Reads the parameters of a request's body: JSON, form or multipart.
 *
 * @throws {GraphError} 413 if it is too large, 503 if other bodies use all
 *   memory, 400 if it is malformed.
 */
export async function readBody(
  request: IncomingMessage,
  intake: Intake,
): Promise<Body> {
  const contentType = request.headers['content-type'] ?? '';
  const kind = (contentType.split(';')[0] ?? '').trim().toLowerCase();
  if (kind === 'multipart/form-data') {
    return readMultipart(
      await readBytes(request, intake, MULTIPART_LIMIT),
      contentType,
    );
  }
  const text = (await readBytes(request, intake, TEXT_LIMIT)).toString('utf8');
  if (text.trim() === '') return { fields: {}, files: [] };
  if (kind === 'application/json') {
    return { fields: readJsonObject(text), files: [] };
  }
  // fbgraph sends forms without a type: docs/messenger-facts.md#untyped-forms
  if (kind === 'application/x-www-form-urlencoded' || kind === '') {
    return { fields: readForm(text), files: [] };
  }
  throw invalidParameter(
    'The content type must be application/json, application/x-www-form-urlencoded or multipart/form-data',
  );
}

/** Reads the fields of a form or a query; the last of repeated ones wins. */
export function readForm(text: string): JsonObject {
  return nestFields(new URLSearchParams(text));
}

function readJsonObject(text: string): JsonObject {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    throw invalidParameter('The body is not valid JSON');
  }
  if (!isObject(value))
    throw invalidParameter('The body must be a JSON object');
  return value;
}

/** @throws {GraphError} 413 for more than `limit` bytes, 503 if other bodies use all memory. */
export async function readBytes(
  request: IncomingMessage,
  intake: Intake,
  limit: number,
): Promise<Buffer> {
  let chunks: Buffer[] = [];
  let size = 0;
  let hasRoom = true;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    hasRoom = hasRoom && size <= limit && intake.take(request, chunk.length);
    if (hasRoom) {
      chunks.push(chunk);
    } else {
      chunks = [];
      intake.release(request);
    }
    if (size > DISCARD_LIMIT) break;
  }
  if (size > limit) {
    throw new GraphError(`The body is larger than ${limit / MEGABYTE} MB`, {
      status: 413,
      code: 100,
    });
  }
  if (!hasRoom) {
    throw new GraphError('(#2) The emulator is reading too much at once', {
      status: 503,
      code: 2,
      transient: true,
    });
  }
  return Buffer.concat(chunks);
}

function readMultipart(bytes: Buffer, contentType: string): Promise<Body> {
  return new Promise((resolve, reject) => {
    const malformed = () =>
      reject(invalidParameter('The multipart body is malformed'));
    const fields: [string, string][] = [];
    const files: UploadedFile[] = [];
    try {
      const parser = new Busboy({
        headers: { 'content-type': contentType },
        limits: { parts: 100, fieldSize: TEXT_LIMIT },
        // A Buffer is often sent without a filename, and is a file all the
        // same.
        isPartAFile: (name, _type, filename) =>
          name === 'filedata' || filename !== undefined,
      });
      parser.on('field', (name, value) => fields.push([name, value]));
      parser.on('file', (name, stream, filename: string | undefined) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('error', malformed);
        stream.on('end', () => {
          const content = Buffer.concat(chunks);
          files.push({ field: name, filename, content });
        });
      });
      parser.on('error', malformed);
      parser.on('finish', () => resolve({ fields: nestFields(fields), files }));
      parser.end(bytes);
    } catch {
      malformed();
    }
  });
}
