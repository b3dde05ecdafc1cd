import { BoundedList } from '../values/boundedList';
import type { Clock } from '../values/clock';
import type { Changes } from './changes';
import type { GraphErrorObject } from '../values/graphError';
import type { Settings } from '../options';
import { createRedactor } from './createRedactor';
import type { RequestDetail, RequestRow } from '../types';

const ROWS_KEPT = 1000;
/** Apart from the others, so that a website cannot push out the calls of the bot. */
const FOREIGN_ROWS_KEPT = 20;
const BODY_KEPT = 4096;
const PATH_KEPT = 256;
const HINT_KEPT = 120;
const MESSAGE_KEPT = 1024;

/** A call and its answer, for the log. */
export interface LoggedCall {
  method: string;
  path: string;
  /** A remark about an expired version. */
  version: string | undefined;
  personaId: string | null;
  hint: string;
  status: number;
  error: GraphErrorObject | null;
  request: unknown;
  response: unknown;
}

/** The latest Graph API calls, without tokens. */
export class RequestLog {
  readonly #details = new BoundedList<RequestDetail>(ROWS_KEPT);
  readonly #foreign = new BoundedList<RequestDetail>(FOREIGN_ROWS_KEPT);
  readonly #redact: (value: unknown) => string;
  #count = 0;

  constructor(
    private readonly settings: Settings,
    private readonly changes: Changes,
    private readonly clock: Clock,
  ) {
    this.#redact = createRedactor(settings);
  }

  add(call: LoggedCall): void {
    this.#keep(this.#details, this.#detailOf(call));
  }

  /** Adds a call that was refused because another website's page has sent it. */
  addForeign(call: LoggedCall): void {
    this.#keep(this.#foreign, { ...this.#detailOf(call), isForeign: true });
  }

  #keep(list: BoundedList<RequestDetail>, detail: RequestDetail): void {
    list.push(detail);
    this.settings.log(logLine(detail));
    this.changes.emit({ type: 'request', request: toRow(detail) });
  }

  #detailOf(call: LoggedCall): RequestDetail {
    const { method, path, personaId, status, error } = call;
    return {
      id: String(++this.#count),
      at: this.clock.now(),
      method,
      path: truncate(this.#redact(path), PATH_KEPT),
      ...(call.version === undefined ? {} : { version: call.version }),
      personaId: personaId && truncate(this.#redact(personaId), PATH_KEPT),
      hint: truncate(this.#redact(call.hint), HINT_KEPT),
      status,
      error: error && {
        ...error,
        message: truncate(this.#redact(error.message), MESSAGE_KEPT),
      },
      requestBody: this.#body(call.request),
      responseBody: this.#body(call.response),
    };
  }

  /** IDs continue, so that each remains unique. */
  clear(): void {
    this.#details.clear();
    this.#foreign.clear();
  }

  rows(): RequestRow[] {
    return [...this.#details.latest(), ...this.#foreign.latest()]
      .sort((a, b) => Number(a.id) - Number(b.id))
      .map(toRow);
  }

  detail(id: string): RequestDetail | undefined {
    return [...this.#details.latest(), ...this.#foreign.latest()].find(
      (detail) => detail.id === id,
    );
  }

  #body(value: unknown): string {
    return truncate(this.#redact(value), BODY_KEPT);
  }
}

/** Formats one line, even if the message contains line breaks. */
function logLine({
  method,
  path,
  version,
  status,
  error,
}: RequestDetail): string {
  const answer = status === 0 ? 'connection broken' : String(status);
  const call = `${method} ${path}${version ? ` (${version})` : ''}`;
  const line = `${call} ${answer}${error ? ` ${error.message}` : ''}`;
  return line.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, ' ');
}

function toRow(detail: RequestDetail): RequestRow {
  const { requestBody: _request, responseBody: _response, ...row } = detail;
  return row;
}

function truncate(text: string, limit: number): string {
  if (text.length <= limit) return text;
  // Copies through a buffer, because a slice would keep the whole text in
  // memory.
  return `${Buffer.from(text.slice(0, limit)).toString()}…`;
}
