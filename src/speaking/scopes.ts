import { AsyncLocalStorage } from 'node:async_hooks';

import {
  blockPersonaId,
  type ActiveSpeaker,
  type BlockSpeaker,
} from './speaker';

/** What scopes are about: the personas of one context, or of one client. */
export interface ScopeOwner {
  /** Stands for the owner in the scopes of others, so that they do not keep it alive. */
  weak?: WeakRef<ScopeOwner>;
}

/** What decided who speaks. */
export type SpeakerSource =
  | 'withPersona'
  | 'withEphemeralPersona'
  | 'as'
  | 'personaId'
  | 'usePersona'
  | 'initialPersona'
  | 'nothing';

/** The time in which a speaker is active: a block, or one call of a method that may wait. */
export interface Scope {
  /** `usePersona` inside the scope changes it. */
  speaker: ActiveSpeaker;
  source: SpeakerSource;
  /** The personas created for this block and those around it, innermost first. */
  readonly created: Chain<BlockSpeaker> | undefined;
  /** Set where the scope is one call of a method: `usePersona` goes on to what is around the call. */
  readonly call?: RememberedCall;
}

interface RememberedCall {
  /** The scope of the same owner around the call. */
  readonly outer: Scope | undefined;
  hasEnded: boolean;
}

interface Chain<T> {
  readonly item: T;
  outer: Chain<T> | undefined;
}

/** A scope and its owner: strongly of the innermost, weakly of those around it. */
interface Owned {
  readonly owner: ScopeOwner | WeakRef<ScopeOwner>;
  readonly scope: Scope;
}

/**
 * Scopes follow the asynchronous call tree: what a block calls, awaits or sets
 * a timer for belongs to it. Only the innermost scope of each owner is in here,
 * so that a timer which opens a scope in a scope for ever costs no more at the
 * end than at the start.
 */
const current = new AsyncLocalStorage<Chain<Owned>>();

/** The innermost scope of this owner, if any. */
export function innermostScope(owner: ScopeOwner): Scope | undefined {
  const store = current.getStore();
  return store && find(store, owner)?.item.scope;
}

/** Calls `run` in a new block and returns what it returns. */
export function runInScope<T>(
  owner: ScopeOwner,
  speaker: ActiveSpeaker,
  source: SpeakerSource,
  run: () => T,
  createdForBlock?: BlockSpeaker,
): T {
  const outer = innermostScope(owner);
  const created = dropWhile(outer?.created, hasEnded);
  return enter(
    owner,
    {
      speaker,
      source,
      created:
        createdForBlock && !isAmong(createdForBlock, created)
          ? { item: createdForBlock, outer: created }
          : created,
    },
    run,
  );
}

/**
 * Calls a method that may wait before it sends, so that it goes on speaking as
 * whoever spoke when it was called. A `usePersona` inside it counts from there
 * on, inside the call and around it.
 */
export function runRememberedCall(
  owner: ScopeOwner,
  speaker: ActiveSpeaker,
  source: SpeakerSource,
  run: () => unknown,
): unknown {
  let outer = innermostScope(owner);
  // Calls that start each other for ever must not hold each other.
  while (outer?.call?.hasEnded) outer = outer.call.outer;
  const call: RememberedCall = { outer, hasEnded: false };
  const end = () => {
    call.hasEnded = true;
  };
  const created = dropWhile(outer?.created, hasEnded);
  const result = enter(owner, { speaker, source, created, call }, run);
  if (result instanceof Promise) result.then(end, end);
  else end();
  return result;
}

/** Makes this the speaker of a scope, and of what is around it as far as it is the call of a method. */
export function changeSpeaker(
  scope: Scope | undefined,
  speaker: ActiveSpeaker,
): 'in-block' | 'outside' {
  let innermost = scope;
  while (innermost) {
    innermost.speaker = speaker;
    innermost.source = 'usePersona';
    if (!innermost.call) return 'in-block';
    innermost = innermost.call.outer;
  }
  return 'outside';
}

/** The persona with this ID that was created for an enclosing block. */
export function createdWithId(
  scope: Scope | undefined,
  id: string,
): BlockSpeaker | undefined {
  for (let created = scope?.created; created; created = created.outer) {
    if (blockPersonaId(created.item) === id) return created.item;
  }
  return undefined;
}

/**
 * Keeps each persona that was created for an enclosing block until `sending` is
 * answered. Returns a promise for the caller, so that a rejection which nobody
 * handles is still reported as one.
 */
export function keepCreated(
  scope: Scope | undefined,
  sending: Promise<unknown>,
): Promise<unknown> {
  if (!scope?.created) return sending;
  for (
    let created: Chain<BlockSpeaker> | undefined = scope.created;
    created;
    created = created.outer
  ) {
    if (created.item.kind === 'ephemeral') created.item.handle.waitFor(sending);
  }
  return sending.then((answer) => answer);
}

function enter<T>(owner: ScopeOwner, scope: Scope, run: () => T): T {
  const around = current.getStore();
  const mine = around && find(around, owner);
  const others = mine ? without(around, mine) : around;
  const outer = dropWhile(weakly(others), isOver);
  return current.run({ item: { owner, scope }, outer }, run);
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

/** The same chain without this link; what is before it is linked anew. */
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

/** The chain from the first wanted item on, and without the unwanted ones right behind that. */
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

function hasEnded(created: BlockSpeaker): boolean {
  return created.kind === 'ephemeral' && !created.handle.lasts;
}
