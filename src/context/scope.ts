import { AsyncLocalStorage } from 'node:async_hooks';

import type { EphemeralHold } from '../ephemeral/hold';
import type { Persona } from '../persona';

/** Who speaks: a persona by ID or name, one made for a block, or the Page. */
export type InForce = Persona | EphemeralHold | null;

/**
 * One running `withPersona` or `withEphemeralPersona` block. Scopes follow the
 * asynchronous call tree, so what a block calls, awaits or sets a timer for
 * belongs to it, and blocks that run side by side never mix.
 */
interface Scope {
  /** The context whose sends this block is about; another context's are not affected. */
  readonly owner: object;
  readonly outer: Scope | undefined;
  /** The persona made for this block, kept alive by each send in it. */
  readonly hold?: EphemeralHold;
  /** `usePersona` inside the block changes this, until the block ends. */
  inForce: InForce;
}

const current = new AsyncLocalStorage<Scope>();

/** The innermost running scope of this context, if any. */
export function innermostScope(owner: object): Scope | undefined {
  let scope = current.getStore();
  while (scope && scope.owner !== owner) scope = scope.outer;
  return scope;
}

/** Calls `run` inside a new scope and gives back what it gives back. */
export function inScope<T>(
  owner: object,
  inForce: InForce,
  run: () => T,
  hold?: EphemeralHold,
): T {
  return current.run({ owner, outer: current.getStore(), inForce, hold }, run);
}

/** The hold of an enclosing block on the persona with this ID. */
export function holdWithId(
  owner: object,
  id: string,
): EphemeralHold | undefined {
  for (let scope = current.getStore(); scope; scope = scope.outer) {
    const { hold } = scope;
    if (scope.owner === owner && hold?.persona.id === id) return hold;
  }
  return undefined;
}

/** Has each persona that was made for an enclosing block wait for `sending`. */
export function holdFor(owner: object, sending: Promise<unknown>): boolean {
  let held = false;
  for (let scope = current.getStore(); scope; scope = scope.outer) {
    if (scope.owner === owner && scope.hold) {
      scope.hold.waitFor(sending);
      held = true;
    }
  }
  return held;
}
