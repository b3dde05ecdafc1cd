import type { FaceChannel } from '../channels/channel';
import { withoutPersona } from '../sending/arguments';
import type { Original } from '../sending/call';
import { inFrontOf } from '../sending/faceEnds';
import { sendWithFace } from '../sending/sendWithFace';

import type { Installed } from './installed';
import type { Methods } from './methods';

/**
 * Covers what is the context's own: mocks, another plugin's wrappers, and the
 * objects of functions that its class makes for each context; and stands in
 * front of its client, where answers are seen to there.
 *
 * @param base the class's prototype, whose methods nobody has wrapped
 */
export function wrapOwnFaceMethods(
  context: Installed,
  channel: FaceChannel,
  base: Methods,
): void {
  for (const name of Object.keys(channel.methods)) {
    if (!Object.hasOwn(context, name)) continue;
    const own: unknown = Reflect.get(context, name);
    if (typeof own !== 'function') continue;
    const cover = coverOf(own as Original, name, context, channel, base);
    Reflect.set(context, name, cover);
  }
  for (const name of channel.bundles ?? []) {
    const bundle: unknown = Reflect.get(context, name);
    if (typeof bundle !== 'object' || bundle === null) continue;
    const cover = bundled(bundle, (method, own) =>
      coverOf(own, `${name}.${method}`, context, channel, base),
    );
    Reflect.set(context, name, cover);
  }
  const ends = channel.ends?.client;
  const client: unknown = Reflect.get(context, '_client');
  if (!ends || typeof client !== 'object' || client === null) return;
  const front = inFrontOf(client, ends, context._personas, channel);
  Reflect.set(context, '_client', front);
}

/** A Proxy, because tests ask a mock for its calls by the method's name. */
function coverOf(
  original: Original,
  name: string,
  context: Installed,
  channel: FaceChannel,
  base: Methods,
): Original {
  const place = channel.methods[name];
  const end = channel.ends?.methods?.[name];
  const again = end === undefined ? undefined : base[end];
  return new Proxy(original, {
    apply(target, _self, args: unknown[]) {
      if (!place) {
        return Reflect.apply(target, context, args.map(withoutPersona));
      }
      const call = { channel, place, args, self: context, again };
      return sendWithFace(context._personas, { ...call, original: target });
    },
  });
}

/** An object of functions, each covered when it is first asked for: most events call few. */
function bundled(
  bundle: object,
  cover: (name: string, own: Original) => Original,
): object {
  const covers = new Map<PropertyKey, unknown>();
  return new Proxy(bundle, {
    get(target, name) {
      if (covers.has(name)) return covers.get(name);
      const own: unknown = Reflect.get(target, name);
      if (typeof own !== 'function' || typeof name !== 'string') return own;
      const made = cover(name, own as Original);
      covers.set(name, made);
      return made;
    },
    set(target, name, value) {
      // Whoever wraps it from here on stands above the cover.
      covers.set(name, value);
      return Reflect.set(target, name, value);
    },
  });
}
