/**
 * Ends a call of axios that is under way. Both ways in which its versions ask
 * are here, because axios 0.21 knows no AbortSignal: it waits for `promise`,
 * later ones subscribe.
 */
export class Cancellation {
  reason?: Error;
  readonly promise: Promise<Error>;
  private resolve: (reason: Error) => void = () => undefined;
  private readonly listeners = new Set<(reason: Error) => void>();

  constructor() {
    this.promise = new Promise((resolve) => (this.resolve = resolve));
  }

  cancel(): void {
    const reason = new Error('the call was given up');
    this.reason = reason;
    this.resolve(reason);
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
