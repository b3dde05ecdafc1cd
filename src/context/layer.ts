import type { Context } from 'bottender';

import type { EphemeralPersona, PersonaProfile } from '../profile';
import type { Persona } from '../persona';

import type { ContextPersonas } from './contextPersonas';
import type { Original } from './delivery';
import { deliverAtEnds } from './ends';
import { COVERED_METHODS, type CoveredMethod } from './methods';
import { inScope } from './scope';
import { send } from './send';
import { shownPersona } from './speaker';
import { speakerOver } from './speakers';
import { checkRun, toTheEnd } from './toTheEnd';

/** A context that carries its personas under this name, where Bottender's console Proxy finds them too. */
export interface PersonaHost {
  readonly _personas: ContextPersonas;
}

type Methods = Record<string, Original | undefined>;

const layers = new WeakMap<object, object>();
const plainLayers = new WeakMap<object, object>();

/**
 * The prototype that stands between a context and its class: made once per
 * class, so that an event costs no closures.
 *
 * @param base the context's own prototype
 * @param covers whether what the context sends carries personas
 */
export function layerOver(base: object, covers: boolean): object {
  const made = covers ? layers : plainLayers;
  let layer = made.get(base);
  if (!layer) {
    layer = Object.create(base, {
      ...personaMethods,
      ...(covers ? coveredMethods(base as Methods) : undefined),
    }) as object;
    made.set(base, layer);
  }
  return layer;
}

/** Wraps the covered methods that are the context's own: mocks, or another plugin's wrappers. */
export function wrapOwnMethods(context: PersonaHost): void {
  const own = COVERED_METHODS.filter(
    (method) =>
      Object.hasOwn(context, method) &&
      typeof Reflect.get(context, method) === 'function',
  );
  if (own.length === 0) return;
  const goesThrough = deliverAtEnds(context, context._personas);
  for (const method of own) {
    const original = Reflect.get(context, method) as Original;
    // A Proxy, because tests ask a mock for its calls by the method's name.
    const wrapped = new Proxy(original, {
      apply: (target, self, args: unknown[]) =>
        send(context._personas, {
          method,
          args,
          lead: 0,
          self: self as object,
          original: target,
          goesThrough,
        }),
    });
    Reflect.set(context, method, wrapped);
  }
}

const personaMethods: PropertyDescriptorMap & ThisType<PersonaHost> = {
  persona: {
    configurable: true,
    get(this: PersonaHost) {
      return shownPersona(this._personas.inForce());
    },
  },
  ...methods({
    usePersona(this: PersonaHost, persona: Persona | null) {
      this._personas.use(persona);
    },
    as(this: PersonaHost, ...given: unknown[]) {
      const { _personas: personas } = this;
      return speakerOver(personas.context, personas, personas.keep(...given));
    },
    withPersona(
      this: PersonaHost & Context,
      persona: Persona | null,
      run: (context: Context, props: object) => unknown,
    ) {
      return this._personas.with(persona, () => {
        checkRun('context.withPersona', run);
        return toTheEnd(() => run(this, {}), this);
      });
    },
    async withEphemeralPersona(
      this: PersonaHost & Context,
      profile: PersonaProfile,
      run: (persona: EphemeralPersona, context: Context) => unknown,
    ) {
      checkRun('context.withEphemeralPersona', run);
      return this._personas.withEphemeral(profile, (id, checked) =>
        toTheEnd(() => run({ id, ...checked }, this), this),
      );
    },
  }),
};

function coveredMethods(base: Methods): PropertyDescriptorMap {
  const covered: Record<string, unknown> = {};
  for (const method of COVERED_METHODS) {
    if (method in base) covered[method] = coveredMethod(base, method);
  }
  if ('typing' in base) {
    // Both indicators show the same face, whoever speaks when the second goes out.
    covered.typing = function (this: PersonaHost, ...args: unknown[]) {
      const personas = this._personas;
      return inScope(personas, personas.inForce(), () =>
        base.typing?.apply(this, args),
      );
    };
  }
  return methods(covered);
}

function coveredMethod(base: Methods, method: CoveredMethod) {
  return function (this: PersonaHost, ...args: unknown[]) {
    const original = base[method];
    return (
      original &&
      send(this._personas, { method, args, lead: 0, self: this, original })
    );
  };
}

function methods(byName: Record<string, unknown>): PropertyDescriptorMap {
  const descriptors: PropertyDescriptorMap = {};
  for (const [name, value] of Object.entries(byName)) {
    descriptors[name] = { value, configurable: true, writable: true };
  }
  return descriptors;
}
