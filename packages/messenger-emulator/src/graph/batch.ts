import { readForm } from '../http/body';
import { GraphError, invalidParameter } from '../values/graphError';
import {
  getProperty,
  isObject,
  toText,
  type Json,
  type JsonObject,
} from '../values/json';
import type { UploadedFile } from '../values/uploadedFile';
import { splitQuery } from '../values/urls';
import { Parameters } from './parameters';
import type { GraphAnswer, GraphCall } from './call';
import { splitVersion } from './version';

/** docs/messenger-facts.md#batches */
const MAX_ITEMS = 50;

type RunItem = (call: GraphCall) => Promise<GraphAnswer>;

/** The outcome of an item, for the items that depend on it. */
interface Outcome {
  ok: boolean;
  body: Json;
}

/** The outcomes of a batch so far, by name. */
class Outcomes extends Map<string, Outcome> {
  /** Nested references can double the size with each item, so insertions are limited. */
  charactersLeft = 1024 * 1024;
  referencesLeft = 1000;
}

/**
 * `POST /`: executes the items in order; a failing one does not stop the
 * others.
 *
 * @throws {GraphError} if the batch itself is malformed.
 */
export async function runBatch(batch: GraphCall, run: RunItem): Promise<Json> {
  const items = batch.parameters.list('batch');
  if (!items) throw invalidParameter('The parameter batch is required');
  if (items.length > MAX_ITEMS) {
    throw new GraphError(
      `Too many requests in batch message. Maximum batch size is ${MAX_ITEMS}`,
      { type: 'GraphBatchException', code: 1 },
    );
  }
  const includeHeaders = batch.parameters.text('include_headers') !== 'false';
  const outcomes = new Outcomes();
  const answers: Json[] = [];
  for (const item of items) {
    answers.push(await runItem(item, batch, run, outcomes, includeHeaders));
  }
  return answers;
}

async function runItem(
  item: Json,
  batch: GraphCall,
  run: RunItem,
  outcomes: Outcomes,
  includeHeaders: boolean,
): Promise<Json> {
  let answer: GraphAnswer;
  try {
    answer = await run(readItem(item, batch, outcomes));
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    const object = error.toObject();
    answer = {
      status: error.status,
      body: { error: { ...object } },
      error: object,
    };
  }
  const ok = answer.error === null;
  const name = isObject(item) ? toText(getProperty(item, 'name')) : undefined;
  if (name !== undefined) outcomes.set(name, { ok, body: answer.body });
  if (ok && isObject(item) && omitsResponse(item, name)) return null;
  return {
    code: answer.status,
    ...(includeHeaders ? { headers: HEADERS } : {}),
    body: JSON.stringify(answer.body),
  };
}

const HEADERS = [
  { name: 'Content-Type', value: 'application/json; charset=UTF-8' },
];

/** Graph omits the successful answer of a named item by default. */
function omitsResponse(item: JsonObject, name: string | undefined): boolean {
  const setting = toText(getProperty(item, 'omit_response_on_success'));
  return name !== undefined && setting !== 'false';
}

function readItem(item: Json, batch: GraphCall, outcomes: Outcomes): GraphCall {
  if (!isObject(item)) throw invalidParameter('A batch item must be an object');
  const method = toText(getProperty(item, 'method'))?.toUpperCase();
  const relativeUrl = toText(getProperty(item, 'relative_url'));
  if (method === undefined || relativeUrl === undefined) {
    throw invalidParameter('A batch item needs a method and a relative_url');
  }
  checkDependencies(item, outcomes);
  const target = splitQuery(insertResults(relativeUrl, outcomes));
  const body = insertResults(toText(getProperty(item, 'body')) ?? '', outcomes);
  const { version, path } = splitVersion(`/${target.path.replace(/^\//, '')}`);
  const outer = batch.parameters.text('access_token');
  const own = new Parameters(readForm(target.query), readForm(body));
  // The batch's proof is valid for the batch's token only.
  const inherited: JsonObject = own.has('access_token')
    ? {}
    : {
        access_token: outer,
        appsecret_proof: batch.parameters.text('appsecret_proof'),
      };
  return {
    method,
    path,
    version: version || batch.version,
    parameters: new Parameters(inherited, own.toObject()),
    files: attachedFiles(item, batch.files),
  };
}

/**
 * The parts of the multipart body that `attached_files` names, the first as the
 * `filedata` of a standalone call. See docs/messenger-facts.md#attached-files
 */
function attachedFiles(
  item: JsonObject,
  files: readonly UploadedFile[],
): UploadedFile[] {
  const names = toText(getProperty(item, 'attached_files')) ?? '';
  return names
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .map((name, i) => {
      const file = files.find((each) => each.field === name);
      if (!file) throw invalidParameter(`File ${name} has not been attached`);
      return i === 0 ? { ...file, field: 'filedata' } : file;
    });
}

function checkDependencies(item: JsonObject, outcomes: Outcomes): void {
  const dependsOn = toText(getProperty(item, 'depends_on'));
  if (dependsOn === undefined) return;
  for (const name of dependsOn.split(',').map((text) => text.trim())) {
    if (!outcomes.get(name)?.ok) {
      throw invalidParameter(
        `The item depends on ${name}, which is not there or has failed`,
      );
    }
  }
}

/** Replaces `{result=<name>:$.<path>}` with a part of the named item's answer. */
function insertResults(text: string, outcomes: Outcomes): string {
  // In a form body the braces may be escaped.
  return text.replace(
    /(?:\{|%7B)result(?:=|%3D)([\w-]+)(?::|%3A)(?:\$|%24)\.([\w.*[\]-]+)(?:\}|%7D)/gi,
    (_match, name: string, path: string) => {
      const outcome = outcomes.get(name);
      if (!outcome) throw invalidParameter(`No batch item is named ${name}`);
      const inserted = encodeURIComponent(pick([outcome.body], path).join(','));
      outcomes.charactersLeft -= inserted.length;
      outcomes.referencesLeft -= 1;
      if (outcomes.charactersLeft < 0 || outcomes.referencesLeft < 0) {
        throw invalidParameter('The batch inserts too much into itself');
      }
      return inserted;
    },
  );
}

/** Supports the part of JSONPath that the batch documentation uses: names, indices and `*`. */
function pick(values: Json[], path: string): string[] {
  const steps = path.split(/[.[\]]+/).filter((step) => step !== '');
  const found = steps.reduce<(Json | undefined)[]>(
    (current, step) =>
      current.flatMap((value) => {
        if (typeof value !== 'object' || value === null) return [];
        if (step === '*') return Object.values(value);
        return Array.isArray(value)
          ? [value[Number(step)]]
          : [getProperty(value, step)];
      }),
    values,
  );
  return found.flatMap((value) => toText(value) ?? []);
}
