/**
 * install/ is what a context, a client or a simulated context is given: methods
 * that stand in front of its own (`cover.ts`) and persona methods (`layer.ts`).
 * Who speaks is decided in `speaking/`, and what then happens in `sending/`.
 */
import type { Context } from 'bottender';

import type { Channel } from '../channels/channel';
import { pageContextOf, pageIdFromEvent } from '../graph/page';
import { methodDescriptors } from '../util/methodDescriptors';
import { isDefaultRuntime, type Runtime } from '../runtime';
import { ContextPersonas } from '../speaking/contextPersonas';
import { warnOnce } from '../util/warnOnce';

import { contextClass } from './contextClass';
import type { Installed } from './installed';
import type { Methods } from './methods';

/** What we touch of a context besides its public side. */
interface Internals {
  /** Where Bottender's own `usePersona` keeps its persona. */
  _personaId?: string | null;
  /** The console's contexts answer methods that they do not have. */
  _fallbackMethods?: boolean;
  _methodMissing?: (method: string, args: unknown[]) => Promise<void>;
}

/**
 * Gives a context its persona methods, unless it has them already: a second
 * installation changes nothing, except that the defaults, which an action
 * installed, give way to a `personas()`.
 *
 * @returns the context's personas, and whether they are to be started
 */
export function install(
  context: Context,
  runtime: Runtime,
): { personas: ContextPersonas; isNew: boolean } {
  const installed = personasOf(context);
  if (installed) {
    const isNew = takeOverFrom(installed, runtime);
    if (isNew) noticePage(context, runtime);
    return { personas: installed, isNew };
  }

  const base = Object.getPrototypeOf(context) as object;
  const { channel, where, layer, coverOwn, tooOldFor } = contextClass(
    base,
    context.platform,
  );
  if (tooOldFor !== undefined) warnOfOld(tooOldFor, runtime);
  const personas = new ContextPersonas(context, runtime, where);
  takeOver(context as Internals, personas);
  if (channel) {
    materialiseFallbacks(context, context as Internals, channel);
  }
  // Before `_personas` is there: with one hidden property, V8 lists all of them slowly.
  coverOwn?.(personas);
  Object.defineProperty(context, '_personas', { value: personas });
  Object.setPrototypeOf(context, layer);
  noticePage(context, runtime);
  return { personas, isNew: true };
}

function warnOfOld(title: string, runtime: Runtime): void {
  warnOnce(
    runtime,
    `${title} shows personas from Bottender 1.5 on. This Bottender is older: messages go out there as without personas(). Update it: npm install bottender@^1.5.`,
  );
}

/** @returns whether this runtime is in charge from now on, in place of the defaults */
function takeOverFrom(installed: ContextPersonas, runtime: Runtime): boolean {
  const first = installed.runtime;
  // An action is content with whatever there is.
  if (first === runtime || isDefaultRuntime(runtime)) return false;
  if (isDefaultRuntime(first)) {
    installed.runtime = runtime;
    return true;
  }
  tellOfSecond(first, runtime);
  return false;
}

/** Of which second ones was told, by the first. */
const told = new WeakMap<Runtime, WeakSet<Runtime>>();

function tellOfSecond(first: Runtime, second: Runtime): void {
  const seconds = told.get(first) ?? new WeakSet();
  told.set(first, seconds);
  if (seconds.has(second)) return;
  seconds.add(second);
  process.emitWarning(
    'Two different personas() were installed on one context: the first holds, the options of the second change nothing. ' +
      'Keep one, among the `plugins` or in a chain.',
    'PersonaWarning',
  );
}

/** Whoever comes first on a Page clears up what others left behind there. */
function noticePage(context: Context, { sweeper }: Runtime): void {
  const pageContext = pageContextOf(context);
  const pageId = pageContext && pageIdFromEvent(pageContext);
  if (pageId) sweeper.notice(pageId, pageContext.client);
}

/** Also those of the context that this one was made from by `Object.create`. */
function personasOf(context: Context): ContextPersonas | undefined {
  return '_personas' in context
    ? (context as Context & Installed)._personas
    : undefined;
}

/** From here on scopes decide: Bottender must not merge in a persona of its own. */
function takeOver(context: Internals, personas: ContextPersonas): void {
  // The console pretends to have a method of any name.
  if (typeof context._personaId !== 'string') return;
  personas.use(context._personaId);
  context._personaId = null;
}

/** Makes the methods that the console only pretends to have, so that it shows their persona too. */
function materialiseFallbacks(
  context: object,
  internals: Internals,
  channel: Channel,
): void {
  if (internals._fallbackMethods !== true) return;
  const fallbacks: Methods = {};
  for (const method of Object.keys(channel.methods)) {
    if (method in context) continue;
    fallbacks[method] = (...args) => internals._methodMissing?.(method, args);
  }
  Object.defineProperties(context, methodDescriptors(fallbacks));
}
