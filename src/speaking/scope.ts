import { AsyncLocalStorage } from 'node:async_hooks';

import type { InForce, MadeForBlock } from './speaker';

/** What scopes are about: the personas of one context. */
export interface ScopeOwner {
  /** Stands for the owner in the scopes of others, so that they do not keep it alive. */
  weak?: WeakRef<ScopeOwner>;
}

/** What said who speaks. */
export type Rule =
  | 'withPersona'
  | 'withEphemeralPersona'
  | 'as'
  | 'personaId'
  | 'usePersona'
  | 'initialPersona'
  | 'nothing';

/** One running `withPersona` or `withEphemeralPersona` block. */
export interface Scope {
  /** `usePersona` inside the block changes this, until the block ends. */
  inForce: InForce;
  /** Told to whoever looks for the reason. */
  by: Rule;
  /** The personas made for this block and those around it, innermost first. */
  readonly made: Chain<MadeForBlock> | undefined;
}

interface Chain<T> {
  readonly item: T;
  outer: Chain<T> | undefined;
}

/** A scope and whose it is: strongly of the innermost, weakly of those around it. */
interface Owned {
  readonly owner: ScopeOwner | WeakRef<ScopeOwner>;
  readonly scope: Scope;
}

/**
 * Scopes follow the asynchronous call tree: what a block calls, awaits or sets
 * a timer for belongs to it. Of each context the innermost scope is in here, and
 * no other, so that a timer which opens a scope in a scope for ever costs no
 * more at the end than at the start.
 */
const current = new AsyncLocalStorage<Chain<Owned>>();

/** The innermost scope of this context, if any. */
export function innermostScope(owner: ScopeOwner): Scope | undefined {
  return find(current.getStore(), owner)?.item.scope;
}

/** Calls `run` inside a new scope and gives back what it gives back. */
export function inScope<T>(
  owner: ScopeOwner,
  inForce: InForce,
  run: () => T,
  madeFor?: MadeForBlock,
  by: Rule = 'withPersona',
): T {
  const around = current.getStore();
  const mine = find(around, owner);
  const madeAround = dropWhile(mine?.item.scope.made, hasEnded);
  const scope: Scope = {
    inForce,
    by,
    made:
      madeFor && !isAmong(madeFor, madeAround)
        ? { item: madeFor, outer: madeAround }
        : madeAround,
  };
  const others = mine ? without(around, mine) : around;
  return current.run(
    { item: { owner, scope }, outer: dropWhile(weakly(others), isOver) },
    run,
  );
}

/** The persona with this ID that was made for an enclosing block. */
export function madeWithId(
  scope: Scope | undefined,
  id: string,
): MadeForBlock | undefined {
  for (let made = scope?.made; made; made = made.outer) {
    if (made.item.persona.id === id) return made.item;
  }
  return undefined;
}

/** Has each persona that was made for an enclosing block wait for `sending`. */
export function keepMadeFor(scope: Scope, sending: Promise<unknown>): void {
  for (let made = scope.made; made; made = made.outer) {
    made.item.waitFor(sending);
  }
}

function find(
  from: Chain<Owned> | undefined,
  owner: ScopeOwner,
): Chain<Owned> | undefined {
  let link = from;
  while (link && link.item.owner !== owner && link.item.owner !== owner.weak) {
    link = link.outer;
  }
  return link;
}

/** The same chain, which does not keep its first owner alive. */
function weakly(from: Chain<Owned> | undefined): Chain<Owned> | undefined {
  if (!from || from.item.owner instanceof WeakRef) return from;
  const { owner, scope } = from.item;
  owner.weak ??= new WeakRef(owner);
  return { item: { owner: owner.weak, scope }, outer: from.outer };
}

/** The same chain without this link; what stands before it is linked anew. */
function without(
  from: Chain<Owned> | undefined,
  link: Chain<Owned>,
): Chain<Owned> | undefined {
  const before: Owned[] = [];
  for (let other = from; other && other !== link; other = other.outer) {
    before.push(other.item);
  }
  return before.reduceRight<Chain<Owned> | undefined>(
    (outer, item) => ({ item, outer }),
    link.outer,
  );
}

/** The chain from the first item on that is still wanted, and what lies behind that one likewise. */
function dropWhile<T>(
  from: Chain<T> | undefined,
  isUnwanted: (item: T) => boolean,
): Chain<T> | undefined {
  let first = from;
  while (first && isUnwanted(first.item)) first = first.outer;
  if (first) {
    let next = first.outer;
    while (next && isUnwanted(next.item)) next = next.outer;
    first.outer = next;
  }
  return first;
}

/** A speaker's sends, one within the other, are for the same persona again and again. */
function isAmong<T>(item: T, chain: Chain<T> | undefined): boolean {
  for (let link = chain; link; link = link.outer) {
    if (link.item === item) return true;
  }
  return false;
}

/** Nobody can speak on that context any more. */
function isOver({ owner }: Owned): boolean {
  return owner instanceof WeakRef && owner.deref() === undefined;
}

function hasEnded({ isActive }: MadeForBlock): boolean {
  return !isActive;
}
