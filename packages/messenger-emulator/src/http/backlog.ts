import type { ServerResponse } from 'node:http';

/** What readers have been sent and have not read yet, all of them together. */
const MOST_UNREAD_BYTES = 128 * 1024 * 1024;
/** One that follows the events and falls this far behind comes back for the state. */
const MOST_UNREAD_BY_ONE = 4 * 1024 * 1024;

/**
 * Bounds what is kept for readers that do not read: whoever has most waiting is
 * cut off first.
 */
export class Backlog {
  readonly #responses = new Set<ServerResponse>();

  add(response: ServerResponse): void {
    this.#responses.add(response);
    response.on('close', () => this.#responses.delete(response));
    this.check();
  }

  /** To be called after something was written. */
  check(): void {
    let unread = 0;
    for (const { writableLength } of this.#responses) unread += writableLength;
    if (unread <= MOST_UNREAD_BYTES) return;
    const [first, ...others] = this.#responses;
    if (!first) return;
    const slowest = others.reduce(
      (most, each) => (each.writableLength > most.writableLength ? each : most),
      first,
    );
    this.#responses.delete(slowest);
    slowest.destroy();
    this.check();
  }

  /** After a change was written to a reader of events, who had the state already. */
  checkFollower(response: ServerResponse): void {
    if (response.writableLength > MOST_UNREAD_BY_ONE) response.destroy();
    else this.check();
  }
}
