/** Keeps the latest items of a log, oldest first. */
export class BoundedList<T> {
  #items: T[] = [];

  constructor(private readonly limit: number) {}

  push(item: T): void {
    this.#items.push(item);
    // Trims at twice the limit, so that a push is cheap on average.
    if (this.#items.length >= this.limit * 2) this.#items = this.latest();
  }

  clear(): void {
    this.#items = [];
  }

  latest(): T[] {
    return this.#items.slice(-this.limit);
  }
}
