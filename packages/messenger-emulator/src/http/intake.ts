import type { IncomingMessage } from 'node:http';

/** Bounds the memory of all request bodies together. */
export class Intake {
  readonly #bytes = new Map<IncomingMessage, number>();
  #total = 0;

  /** @param most the limit for all bodies that are being processed, in bytes */
  constructor(private readonly most: number) {}

  /** @returns whether the bytes fit; they count until `release` */
  take(request: IncomingMessage, bytes: number): boolean {
    if (this.#total + bytes > this.most) return false;
    this.#total += bytes;
    this.#bytes.set(request, (this.#bytes.get(request) ?? 0) + bytes);
    return true;
  }

  /** Call when the body is no longer needed. */
  release(request: IncomingMessage): void {
    this.#total -= this.#bytes.get(request) ?? 0;
    this.#bytes.delete(request);
  }
}
