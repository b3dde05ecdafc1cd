import type { ServerResponse } from 'node:http';

/** In bytes, of all responses together. */
const MAX_UNREAD_BYTES = 128 * 1024 * 1024;

/**
 * Bounds the memory that slow readers take: beyond the limit, the reader with
 * the most unread bytes is cut off.
 */
export class Backlog {
  readonly #responses = new Set<ServerResponse>();

  add(response: ServerResponse): void {
    this.#responses.add(response);
    response.on('close', () => this.#responses.delete(response));
    this.check();
  }

  /** Call after writing to a response. */
  check(): void {
    let unread = 0;
    for (const { writableLength } of this.#responses) unread += writableLength;
    if (unread <= MAX_UNREAD_BYTES) return;
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
}
