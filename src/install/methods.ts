import { isObject } from '../util/isObject';
import type { Original } from '../sending/call';

/** What an object has its methods from, itself first; without what all objects have. */
export function* lineOf(object: object): Generator<object> {
  let from: unknown = object;
  while (isObject(from) && from !== Object.prototype) {
    yield from;
    from = Object.getPrototypeOf(from);
  }
}

/** What has methods: a class's prototype, or an object of functions. */
export type Methods = Record<string, Original | undefined>;

/** What a context has of its own under the name of a covered method, with that method's place. */
interface Own<Place> {
  readonly name: string;
  readonly own: unknown;
  readonly place: Place;
}

interface OwnMethod<Place> extends Own<Place> {
  readonly own: Original;
}

/**
 * Finds the covered methods that are a context's own, not its class's. Each
 * event's context is asked, and few have one.
 */
export class OwnMethods<Place> {
  private readonly covered: ReadonlyMap<string, Place>;
  /** The last names of which none was covered; nor is one of those that only begin like them. */
  private plain: readonly string[] = [];

  constructor(methods: Readonly<Record<string, Place>>) {
    this.covered = new Map(Object.entries(methods));
  }

  of(context: object): readonly OwnMethod<Place>[] {
    const names = Object.getOwnPropertyNames(context);
    if (names.every((name, at) => name === this.plain[at])) return [];
    const found = names.flatMap((name): Own<Place>[] => {
      const place = this.covered.get(name);
      if (place === undefined) return [];
      return [{ name, own: Reflect.get(context, name), place }];
    });
    if (found.length === 0) this.plain = names;
    return found.filter(isMethod);
  }
}

function isMethod<Place>(given: Own<Place>): given is OwnMethod<Place> {
  return typeof given.own === 'function';
}
