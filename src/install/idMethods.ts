import type { IdChannel, IdPlace } from '../channels/channel';
import { methodDescriptors } from '../util/methodDescriptors';
import { deliverAtEnds } from '../sending/ends';
import { send } from '../sending/send';
import type { ContextPersonas } from '../speaking/contextPersonas';
import { inScope } from '../speaking/scope';

import type { Installed } from './installed';
import type { Methods, OwnMethods } from './methods';

/** The methods of a layer on a channel on which messages carry an ID. */
export function idMethods(
  base: Methods,
  channel: IdChannel,
  overridden: ReadonlySet<string>,
): PropertyDescriptorMap {
  const covered: Record<string, unknown> = {};
  for (const [method, place] of Object.entries(channel.methods)) {
    if (!(method in base)) continue;
    const goesThrough = overridden.has(method);
    covered[method] = coveredMethod(base, method, place, goesThrough);
  }
  if ('typing' in base) {
    // Both indicators show the same face, whoever speaks when the second goes out.
    covered.typing = function (this: Installed, ...args: unknown[]) {
      const personas = this._personas;
      return inScope(
        personas,
        personas.inForce(),
        () => base.typing?.apply(this, args),
        undefined,
        personas.rule(),
      );
    };
  }
  return methodDescriptors(covered);
}

function coveredMethod(
  base: Methods,
  method: string,
  place: IdPlace,
  goesThrough: boolean,
) {
  return function (this: Installed, ...args: unknown[]) {
    const original = base[method];
    return (
      original &&
      send(this._personas, {
        place,
        args,
        lead: 0,
        self: this,
        original,
        goesThrough,
      })
    );
  };
}

/** Wraps what is the context's own: mocks, or another plugin's wrappers. */
export function wrapOwnMethods(
  personas: ContextPersonas,
  channel: IdChannel,
  ownMethods: OwnMethods<IdPlace>,
  overridden: ReadonlySet<string>,
): void {
  const { context } = personas;
  const own = ownMethods.of(context);
  if (own.length === 0 && overridden.size === 0) return;
  const goesThrough = deliverAtEnds(context, personas, channel);
  for (const { name, own: original, place } of own) {
    // A Proxy, because tests ask a mock for its calls by the method's name.
    const wrapped = new Proxy(original, {
      apply: (target, self, args: unknown[]) =>
        send(personas, {
          place,
          args,
          lead: 0,
          self: self as object,
          original: target,
          goesThrough,
        }),
    });
    Reflect.set(context, name, wrapped);
  }
}
