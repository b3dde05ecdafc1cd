import { AsyncLocalStorage } from 'node:async_hooks';

import {
  blockPersonaId,
  type ActiveSpeaker,
  type BlockSpeaker,
} from './speaker';

/** What scopes are about: the personas of one context, or of one client. */
export interface ScopeOwner {
  /** Represents the owner in other owners' scopes, so that they do not keep it alive. */
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

/** How long a speaker is active: for a block, or for one call of a method that may wait. */
export interface Scope {
  /** `usePersona` inside the scope changes it. */
  speaker: ActiveSpeaker;
  source: SpeakerSource;
  /** The personas created for this block and those around it, innermost first. */
  readonly created: readonly BlockSpeaker[];
  /** Set where the scope is one call of a method: `usePersona` goes on to what is around the call. */
  readonly call?: RememberedCall;
}

interface RememberedCall {
  /** The scope of the same owner around the call. */
  readonly outer: Scope | undefined;
  hasEnded: boolean;
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
const current = new AsyncLocalStorage<readonly Owned[]>();

export function innermostScope(owner: ScopeOwner): Scope | undefined {
  const store = current.getStore();
  if (!store) return undefined;
  for (const owned of store) if (isOf(owner, owned)) return owned.scope;
  return undefined;
}

/** Calls `run` in a new block and returns what it returns. */
export function runInScope<T>(
  owner: ScopeOwner,
  speaker: ActiveSpeaker,
  source: SpeakerSource,
  run: () => T,
  createdForBlock?: BlockSpeaker,
): T {
  const outer = knownCreated(innermostScope(owner));
  const created =
    createdForBlock && !outer.includes(createdForBlock)
      ? [createdForBlock, ...outer]
      : outer;
  return enter(owner, { speaker, source, created }, run);
}

/**
 * Calls a method that may wait before it sends, so that it keeps the speaker of
 * its call. A `usePersona` inside it counts from there
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
  const created = knownCreated(outer);
  const result = enter(owner, { speaker, source, created, call }, run);
  if (result instanceof Promise) result.then(end, end);
  else end();
  return result;
}

/**
 * Changes the speaker of a scope. Where the scope is a method's call, the change
 * applies around it too.
 *
 * @returns whether a block has it now, so that nothing outside changes
 */
export function changeSpeaker(
  innermost: Scope | undefined,
  speaker: ActiveSpeaker,
): boolean {
  for (let scope = innermost; scope; scope = scope.call.outer) {
    scope.speaker = speaker;
    scope.source = 'usePersona';
    if (!scope.call) return true;
  }
  return false;
}

/** The persona with this ID that was created for an enclosing block. */
export function createdWithId(
  { created }: Scope,
  id: string,
): BlockSpeaker | undefined {
  return created.find((speaker) => blockPersonaId(speaker) === id);
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
  if (!scope || scope.created.length === 0) return sending;
  for (const speaker of scope.created) {
    if (speaker.kind === 'ephemeral' && speaker.handle.isActive) {
      speaker.handle.waitFor(sending);
    }
  }
  return sending.then((answer) => answer);
}

const NONE: readonly BlockSpeaker[] = [];

/**
 * Personas of ended blocks that scopes still know by their IDs. They are
 * limited, so that a timer which opens a block in a block for ever costs no more
 * at the end than at the start.
 */
const MAX_INACTIVE = 10;

function knownCreated(scope: Scope | undefined): readonly BlockSpeaker[] {
  if (!scope || scope.created.length === 0) return NONE;
  if (scope.created.length <= MAX_INACTIVE) return scope.created;
  let inactive = 0;
  return scope.created.filter(
    (speaker) => isActive(speaker) || ++inactive <= MAX_INACTIVE,
  );
}

/** Whether its block has not ended; unknown of a persona that is not created. */
function isActive(speaker: BlockSpeaker): boolean {
  return speaker.kind === 'ephemeral' && speaker.handle.isActive;
}

function enter<T>(owner: ScopeOwner, scope: Scope, run: () => T): T {
  const mine = { owner, scope };
  const around = current.getStore();
  if (!around) return current.run([mine], run);
  const others = around.filter(
    (owned) => !isOf(owner, owned) && !isOver(owned),
  );
  return current.run([mine, ...others.map(weakly)], run);
}

function isOf(owner: ScopeOwner, owned: Owned): boolean {
  return owned.owner === owner || owned.owner === owner.weak;
}

/** Nobody can speak on that context any more. */
function isOver({ owner }: Owned): boolean {
  return owner instanceof WeakRef && owner.deref() === undefined;
}

/** The same scope, which does not keep its owner alive. */
function weakly(owned: Owned): Owned {
  const { owner, scope } = owned;
  if (owner instanceof WeakRef) return owned;
  owner.weak ??= new WeakRef(owner);
  return { owner: owner.weak, scope };
}
