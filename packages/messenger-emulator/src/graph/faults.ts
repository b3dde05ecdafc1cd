import { checkInteger, checkKnown, checkObject, fail } from '../values/checks';
import { GraphError } from '../values/graphError';
import type { Fault } from '../types';

const MAX_DELAY_MS = 10 * 60 * 1000;
const MAX_FAULTS = 100;

/** The combined effect of the active faults on one call. */
export interface Hit {
  delayMs: number;
  error?: GraphError;
  connection?: 'break-before' | 'break-after';
}

/** Matches a path. */
export interface PathPattern {
  test(path: string): boolean;
}

interface ActiveFault {
  id: string;
  fault: Fault;
  pattern: PathPattern | undefined;
  left: number;
}

/** The active faults. The first one with an answer wins; delays add up. */
export class Faults {
  #active: ActiveFault[] = [];
  #count = 0;

  constructor(private readonly random: () => number) {}

  /**
   * @param pattern replaces the fault's own path
   * @throws {TypeError} naming the wrong field.
   */
  add(fault: Fault, pattern?: PathPattern): string {
    checkFault(fault);
    if (this.#active.length >= MAX_FAULTS) {
      throw new TypeError(`Messenger emulator: at most ${MAX_FAULTS} faults`);
    }
    const id = String(++this.#count);
    this.#active.push({
      id,
      fault: { ...fault },
      pattern: pattern ?? patternOf(fault),
      left: fault.times ?? Infinity,
    });
    return id;
  }

  remove(id: string): void {
    this.#active = this.#active.filter((active) => active.id !== id);
  }

  removeAll(): void {
    this.#active = [];
  }

  /** @param inBatch whether the call shares the connection of a batch */
  hit(method: string, path: string, inBatch: boolean): Hit {
    let delayMs = 0;
    for (const active of this.#active) {
      const { fault } = active;
      if (inBatch && fault.connection) continue;
      if (!matches(active, method, path)) continue;
      if (fault.share !== undefined && this.random() >= fault.share) continue;
      active.left -= 1;
      if (active.left <= 0) this.remove(active.id);
      delayMs += fault.delayMs ?? 0;
      if (fault.connection) return { delayMs, connection: fault.connection };
      const error = errorOf(fault);
      if (error) return { delayMs, error };
    }
    return { delayMs };
  }
}

function matches(active: ActiveFault, method: string, path: string): boolean {
  const { fault, pattern } = active;
  if (fault.method !== undefined && fault.method.toUpperCase() !== method) {
    return false;
  }
  if (pattern) return pattern.test(path);
  return fault.path === undefined || fault.path === path;
}

function patternOf({ path }: Fault): RegExp | undefined {
  if (!(path instanceof RegExp)) return undefined;
  // Drops the flags g and y, because their lastIndex makes every second test
  // fail.
  return new RegExp(path.source, path.flags.replace(/[gy]/g, ''));
}

function errorOf({ status, error }: Fault): GraphError | undefined {
  if (status === undefined && !error) return undefined;
  const answerStatus = status ?? 400;
  const isServers = answerStatus >= 500;
  return new GraphError(
    error?.message ??
      (isServers
        ? 'An unexpected error has occurred. Please retry your request later.'
        : 'An unknown error has occurred.'),
    {
      status: answerStatus,
      type: error?.type,
      code: error?.code ?? (isServers ? 2 : 1),
      subcode: error?.error_subcode,
      userTitle: error?.error_user_title,
      userMessage: error?.error_user_msg,
      transient: error?.is_transient ?? (isServers ? true : undefined),
    },
  );
}

function checkFault(fault: Fault): void {
  checkObject(fault, 'fault');
  checkKnown(
    fault,
    [
      'method',
      'path',
      'times',
      'share',
      'delayMs',
      'status',
      'error',
      'connection',
    ],
    'fault.',
  );
  const { method, path, times, share, delayMs, status, error, connection } =
    fault;
  if (method !== undefined && !/^(GET|POST|DELETE)$/i.test(String(method))) {
    fail('fault.method', 'GET, POST or DELETE');
  }
  if (
    path !== undefined &&
    !(path instanceof RegExp) &&
    !(typeof path === 'string' && path.startsWith('/'))
  ) {
    fail('fault.path', 'a path that starts with "/", or a RegExp');
  }
  if (times !== undefined) {
    checkInteger(times, 'fault.times', 1, Number.MAX_SAFE_INTEGER);
  }
  if (
    share !== undefined &&
    !(typeof share === 'number' && share >= 0 && share <= 1)
  ) {
    fail('fault.share', 'a number from 0 to 1');
  }
  if (delayMs !== undefined) {
    checkInteger(delayMs, 'fault.delayMs', 0, MAX_DELAY_MS);
  }
  if (status !== undefined) checkInteger(status, 'fault.status', 400, 599);
  if (error !== undefined) checkError(error);
  if (
    connection !== undefined &&
    connection !== 'break-before' &&
    connection !== 'break-after'
  ) {
    fail('fault.connection', '"break-before" or "break-after"');
  }
  if (
    delayMs === undefined &&
    status === undefined &&
    error === undefined &&
    connection === undefined
  ) {
    fail(
      'fault',
      'given a `status`, an `error`, a `delayMs` or a `connection`',
    );
  }
}

function checkError(error: NonNullable<Fault['error']>): void {
  const types: Record<string, string> = {
    message: 'string',
    type: 'string',
    code: 'number',
    error_subcode: 'number',
    error_user_title: 'string',
    error_user_msg: 'string',
    is_transient: 'boolean',
  };
  checkObject(error, 'fault.error');
  checkKnown(error, Object.keys(types), 'fault.error.');
  for (const [key, value] of Object.entries(error)) {
    if (value !== undefined && typeof value !== types[key]) {
      fail(`fault.error.${key}`, `a ${types[key]}`);
    }
  }
}
