/** A Map that drops the oldest entry once it exceeds its limit. */
export class BoundedMap<T> extends Map<string, T> {
  constructor(private readonly limit: number) {
    super();
  }

  override set(key: string, value: T): this {
    super.set(key, value);
    if (this.size > this.limit) {
      for (const oldest of this.keys()) {
        this.delete(oldest);
        break;
      }
    }
    return this;
  }
}
