import type { FaceChannel, FacePlace } from '../channels/channel';
import { isObject } from '../util/isObject';
import { withoutPersona } from '../sending/arguments';
import type { Original } from '../sending/call';
import { inFrontOf } from '../sending/faceEnds';
import { sendWithFace } from '../sending/sendWithFace';
import type { ContextPersonas } from '../speaking/contextPersonas';

import type { Methods, OwnMethods } from './methods';

/**
 * Covers what is the context's own: mocks, another plugin's wrappers, and the
 * objects of functions that its class makes for each context; and stands in
 * front of its client, where answers are seen to there.
 *
 * @param base the class's prototype, whose methods nobody has wrapped
 */
export function wrapOwnFaceMethods(
  personas: ContextPersonas,
  channel: FaceChannel,
  ownMethods: OwnMethods<FacePlace>,
  base: Methods,
): void {
  const { context } = personas;
  for (const { name, own } of ownMethods.of(context)) {
    Reflect.set(context, name, coverOf(own, name, personas, channel, base));
  }
  for (const name of channel.bundles ?? []) {
    const bundle: unknown = Reflect.get(context, name);
    if (!isObject(bundle)) continue;
    const cover = new BundleCover((method, own) =>
      coverOf(own, `${name}.${method}`, personas, channel, base),
    );
    Reflect.set(context, name, new Proxy(bundle, cover));
  }
  const ends = channel.ends?.client;
  const client: unknown = Reflect.get(context, '_client');
  if (!ends || !isObject(client)) return;
  const front = inFrontOf(client, ends, personas, channel);
  Reflect.set(context, '_client', front);
}

/** A Proxy, because tests ask a mock for its calls by the method's name. */
function coverOf(
  original: Original,
  name: string,
  personas: ContextPersonas,
  channel: FaceChannel,
  base: Methods,
): Original {
  const { context } = personas;
  const place = channel.methods[name];
  const end = channel.ends?.methods?.[name];
  const again = end === undefined ? undefined : base[end];
  return new Proxy(original, {
    apply(target, _self, args: unknown[]) {
      if (!place) {
        return Reflect.apply(target, context, args.map(withoutPersona));
      }
      return sendWithFace(personas, {
        channel,
        place,
        args,
        original: target,
        self: context,
        again,
      });
    },
  });
}

/** Covers each function of an object, and of objects in it, when it is first asked for: most events call few. */
class BundleCover implements ProxyHandler<object> {
  private covers?: Map<PropertyKey, unknown>;

  constructor(
    private readonly cover: (method: string, own: Original) => Original,
  ) {}

  get(target: object, name: PropertyKey): unknown {
    if (this.covers?.has(name)) return this.covers.get(name);
    const own: unknown = Reflect.get(target, name);
    const made = typeof name === 'string' ? this.coverOf(name, own) : own;
    if (made !== own) this.keep(name, made);
    return made;
  }

  set(target: object, name: PropertyKey, value: unknown): boolean {
    // Whoever wraps it from here on stands above the cover.
    this.keep(name, value);
    return Reflect.set(target, name, value);
  }

  private coverOf(name: string, own: unknown): unknown {
    if (typeof own === 'function') return this.cover(name, own as Original);
    if (typeof own !== 'object' || own === null) return own;
    const inner = new BundleCover((method, of) =>
      this.cover(`${name}.${method}`, of),
    );
    return new Proxy(own, inner);
  }

  private keep(name: PropertyKey, value: unknown): void {
    (this.covers ??= new Map()).set(name, value);
  }
}
