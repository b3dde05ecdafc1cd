/**
 * doctor/ is the command `doctor`: one file for each group of checks, and
 * `runChecks.ts`, which runs them. Checks only read: they send nothing, and
 * change nothing but a key of their own in the store.
 */

export type CheckId =
  | 'config'
  | 'credentials'
  | 'token'
  | 'permissions'
  | 'graph-version'
  | 'webhook'
  | 'webhook-fields'
  | 'directory'
  | 'pictures'
  | 'leases'
  | 'store'
  | 'packages';

/** What a check found, and what to do about it. */
export interface Finding {
  readonly status: 'ok' | 'warning' | 'failed' | 'skipped';
  readonly message: string;
  readonly advice?: string | undefined;
}

export interface Check {
  readonly id: CheckId;
  /** As Bottender names it; `null` where it is about the whole bot. */
  readonly channel: string | null;
  /** @throws CannotRun */
  readonly run: () => Finding | Promise<Finding>;
}

/** A check is skipped: the message says why it cannot run. */
export class CannotRun extends Error {}

export function ok(message: string): Finding {
  return { status: 'ok', message };
}

export function warning(message: string, advice?: string): Finding {
  return { status: 'warning', message, advice };
}

export function failed(message: string, advice?: string): Finding {
  return { status: 'failed', message, advice };
}

/** Runs a function at its first call only: checks share what they ask for. */
export function once<T>(run: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => (result ??= run());
}
