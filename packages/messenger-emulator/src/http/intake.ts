import type { IncomingMessage } from 'node:http';

/** Bounds what many large requests at once take: each alone is within its own limit. */
export class Intake {
  readonly #bytes = new Map<IncomingMessage, number>();
  #total = 0;

  /** @param most of all bodies together that are being read or answered, in bytes */
  constructor(private readonly most: number) {}

  /** @returns whether there is room for it; then it counts until `release`. */
  take(request: IncomingMessage, bytes: number): boolean {
    if (this.#total + bytes > this.most) return false;
    this.#total += bytes;
    this.#bytes.set(request, (this.#bytes.get(request) ?? 0) + bytes);
    return true;
  }

  /** To be called when the body is not needed any more. */
  release(request: IncomingMessage): void {
    this.#total -= this.#bytes.get(request) ?? 0;
    this.#bytes.delete(request);
  }
}
