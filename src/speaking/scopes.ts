import { AsyncLocalStorage } from 'node:async_hooks';

import {
  blockPersonaId,
  type ActiveSpeaker,
  type BlockSpeaker,
  type Decision,
  type EphemeralSpeaker,
} from './speaker';

/** The personas of one context or client, which scopes belong to. */
export interface ScopeOwner {
  /** Represents the owner in other owners' scopes, so that they do not keep it alive. */
  weak?: WeakRef<ScopeOwner>;
}

/** A speaker is active in a scope: a block, or one call of a method that may wait. */
export interface Scope {
  /** `usePersona` inside the scope changes it. */
  decision: Decision;
  /** The personas created for this block and its enclosing blocks, innermost first. */
  readonly created: readonly BlockSpeaker[];
  /** Set if the scope is one call of a method: `usePersona` also changes the scopes around it. */
  readonly call?: RememberedCall;
}

interface RememberedCall {
  /** The scope of the same owner around the call. */
  readonly outer: Scope | undefined;
  hasEnded: boolean;
}

/** A scope and its owner. Only the innermost scope holds its owner strongly. */
interface Owned {
  readonly owner: ScopeOwner | WeakRef<ScopeOwner>;
  readonly scope: Scope;
}

/**
 * Scopes follow the asynchronous call tree: what a block calls, awaits or sets
 * a timer for belongs to it. Only the innermost scope of each owner is stored, so
 * timers that nest scopes without end need constant memory.
 */
const current = new AsyncLocalStorage<readonly Owned[]>();

export function innermostScope(owner: ScopeOwner): Scope | undefined {
  const store = current.getStore();
  if (!store) return undefined;
  for (const owned of store) if (isOf(owner, owned)) return owned.scope;
  return undefined;
}

export function runInScope<T>(
  owner: ScopeOwner,
  decision: Decision,
  run: () => T,
  createdForBlock?: BlockSpeaker,
): T {
  const outer = knownCreated(innermostScope(owner));
  const created =
    createdForBlock && !outer.includes(createdForBlock)
      ? [createdForBlock, ...outer]
      : outer;
  return enter(owner, { decision, created }, run);
}

/**
 * Calls a method that may wait before it sends, in a scope with the speaker of the
 * call. `usePersona` inside it changes the speaker inside and around the call.
 * Returns a new promise, so that an unhandled rejection is still reported.
 */
export function runRememberedCall(
  owner: ScopeOwner,
  decision: Decision,
  run: () => unknown,
): unknown {
  let outer = innermostScope(owner);
  // Skips ended calls, so that calls which start each other do not leak memory.
  while (outer?.call?.hasEnded) outer = outer.call.outer;
  const call: RememberedCall = { outer, hasEnded: false };
  const end = () => {
    call.hasEnded = true;
  };
  const created = knownCreated(outer);
  const result = enter(owner, { decision, created, call }, run);
  if (result instanceof Promise) return result.finally(end);
  end();
  return result;
}

/**
 * Changes the speaker of a scope and, if the scope is a method's call, of the
 * scopes around it up to the innermost block.
 *
 * @returns whether there is such a block; else the default speaker is to change
 */
export function changeSpeaker(
  innermost: Scope | undefined,
  decision: Decision,
): boolean {
  for (let scope = innermost; scope; scope = scope.call.outer) {
    scope.decision = decision;
    if (!scope.call) return true;
  }
  return false;
}

/** The persona with this ID that was created for an enclosing block. */
export function createdWithId(
  scope: Scope | undefined,
  id: string,
): BlockSpeaker | undefined {
  return scope?.created.find((speaker) => blockPersonaId(speaker) === id);
}

/**
 * Keeps the personas created for blocks until `sending` is answered.
 * Returns a new promise, so that an unhandled rejection is still reported.
 */
export function keepCreated(
  created: readonly BlockSpeaker[],
  sending: Promise<unknown>,
): Promise<unknown> {
  if (created.length === 0) return sending;
  for (const speaker of created) {
    if (isActive(speaker)) speaker.handle.waitFor(sending);
  }
  return sending.then((answer) => answer);
}

const NONE: readonly BlockSpeaker[] = [];

/**
 * The maximum number of personas of ended blocks that a scope knows by their IDs,
 * so that timers which nest blocks without end need constant memory.
 */
const MAX_INACTIVE = 10;

function knownCreated(scope: Scope | undefined): readonly BlockSpeaker[] {
  const created = scope?.created ?? NONE;
  if (created.length <= MAX_INACTIVE) return created;
  let inactive = 0;
  return created.filter(
    (speaker) => isActive(speaker) || ++inactive <= MAX_INACTIVE,
  );
}

/** Whether the persona's block has not ended; `false` if none was created. */
export function isActive(speaker: ActiveSpeaker): speaker is EphemeralSpeaker {
  return speaker.kind === 'ephemeral' && speaker.handle.isActive;
}

function enter<T>(owner: ScopeOwner, scope: Scope, run: () => T): T {
  const entered = { owner, scope };
  const outer = current.getStore();
  if (!outer) return current.run([entered], run);
  const others = outer.filter(
    (owned) => !isOf(owner, owned) && !isCollected(owned),
  );
  return current.run([entered, ...others.map(weakly)], run);
}

function isOf(owner: ScopeOwner, owned: Owned): boolean {
  return owned.owner === owner || owned.owner === owner.weak;
}

function isCollected({ owner }: Owned): boolean {
  return owner instanceof WeakRef && owner.deref() === undefined;
}

function weakly(owned: Owned): Owned {
  const { owner, scope } = owned;
  if (owner instanceof WeakRef) return owned;
  owner.weak ??= new WeakRef(owner);
  return { owner: owner.weak, scope };
}
