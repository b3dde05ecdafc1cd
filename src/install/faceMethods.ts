import type { FaceChannel } from '../channels/channel';
import { methodDescriptors } from '../util/methodDescriptors';
import { withoutPersona } from '../sending/arguments';
import { givenClientOf } from '../sending/faceEnds';
import { sendWithFace } from '../sending/sendWithFace';

import type { Installed } from './installed';
import { lineOf, type Methods } from './methods';

/** The methods of a layer on a channel on which messages carry a profile. */
export function faceMethods(
  base: Methods,
  channel: FaceChannel,
): PropertyDescriptorMap {
  const layer: Record<string, unknown> = {};
  for (const name of methodsOf(base)) {
    const place = channel.methods[name];
    const end = channel.ends?.methods?.[name];
    if (!place && name.startsWith('_')) continue;
    layer[name] = place
      ? function (this: Installed, ...args: unknown[]) {
          const original = base[name];
          const again = end === undefined ? undefined : base[end];
          return (
            original &&
            sendWithFace(this._personas, {
              channel,
              place,
              args,
              original,
              self: this,
              again,
            })
          );
        }
      : anonymous(name, base);
  }
  return {
    ...methodDescriptors(layer),
    // Users get the client that was given.
    ...(channel.ends?.client && {
      client: {
        configurable: true,
        get(this: { _client: object }) {
          return givenClientOf(this._client);
        },
      },
    }),
  };
}

/** A method that is not covered: no wire but Messenger's knows personas. */
function anonymous(name: string, base: Methods) {
  return function (this: object, ...args: unknown[]) {
    return base[name]?.apply(this, args.map(withoutPersona));
  };
}

/** The methods of the context's class and of those that it extends, up to what all contexts have. */
function methodsOf(base: object): Set<string> {
  const names = new Set<string>();
  for (const from of lineOf(base)) {
    if (Object.hasOwn(from, 'setState')) break;
    for (const name of Object.getOwnPropertyNames(from)) {
      const property = Object.getOwnPropertyDescriptor(from, name);
      if (typeof property?.value === 'function') names.add(name);
    }
  }
  names.delete('constructor');
  names.delete('handlerDidEnd');
  return names;
}
