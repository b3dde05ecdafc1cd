/**
 * Cancels an axios request. Implements what axios 0.21 (`promise`) and later
 * versions (`subscribe`) expect of a cancel token, since 0.21 has no AbortSignal.
 */
export class CancelToken {
  reason?: Error;
  readonly promise: Promise<Error>;
  private readonly listeners = new Set<(reason: Error) => void>();

  constructor() {
    this.promise = new Promise((resolve) => this.subscribe(resolve));
  }

  cancel(): void {
    const reason = new Error('the request was cancelled');
    this.reason = reason;
    for (const listener of this.listeners) listener(reason);
  }

  throwIfRequested(): void {
    if (this.reason) throw this.reason;
  }

  subscribe(listener: (reason: Error) => void): void {
    this.listeners.add(listener);
  }

  unsubscribe(listener: (reason: Error) => void): void {
    this.listeners.delete(listener);
  }

  toAbortSignal(): AbortSignal {
    const controller = new AbortController();
    this.subscribe((reason) => controller.abort(reason));
    return controller.signal;
  }
}
