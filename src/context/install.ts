/**
 * context/ is what `personas()` adds to a context, a client, or a test's mock of a
 * context: persona methods (`contextMixin.ts`), and the seam through which
 * messages go to the client (`clientFront.ts`). `speaking/` decides who speaks,
 * and `sending/` sends.
 */
import type { Context } from 'bottender';

import { pageRefOf, type PageContext } from '../graph/page';
import type { Runtime } from '../runtime';
import { rememberSpeakers } from '../sending/decideSpeaker';
import { ContextPersonas } from '../speaking/contextPersonas';
import { isObject } from '../util/values';
import { warnOnce } from '../util/warn';

import {
  contextClassOf,
  type ContextClass,
  type Installed,
} from './contextMixin';
import { isMock, mockMethods } from './mocks';
import { rememberNamespace, rememberOwnMethod } from './rememberedMethods';

/**
 * Adds the persona methods to a context. A second installation changes nothing,
 * except that `personas()` replaces the defaults that an action has installed.
 *
 * @returns the context's personas, and whether to start them
 */
export function install(
  context: Context,
  runtime: Runtime,
): { personas: ContextPersonas; isNew: boolean } {
  const installed = personasOf(context);
  if (installed) {
    const isNew = replacesDefaults(installed, runtime);
    if (isNew) noticePage(context, runtime);
    return { personas: installed, isNew };
  }
  const base = Object.getPrototypeOf(context) as object;
  const contextClass = contextClassOf(base, context.platform);
  const { channel, info, mixin, tooOldFor } = contextClass;
  if (tooOldFor !== undefined) {
    warnOnce(
      runtime,
      `${tooOldFor} shows personas from Bottender 1.5 on. This Bottender is older: messages go out there as without personas(). Update it: npm install bottender@^1.5.`,
    );
  }
  // Before the client is replaced, because reading it is faster now.
  noticePage(context, runtime);
  // Before `_personas` is there: with one hidden property, V8 lists all of them slowly.
  const names = Object.getOwnPropertyNames(context);
  const client = (context as { client?: object }).client;
  const personas = new ContextPersonas(context, runtime, client, info);
  Object.defineProperty(context, '_personas', { value: personas });
  if (channel && isMock(context, channel)) {
    mockMethods(context, personas, channel);
  } else {
    installSeam(context, personas, contextClass);
  }
  if (!isSame(names, contextClass.plainNames)) {
    rememberOwnMethods(context, names, personas, contextClass);
  }
  adoptPersona(context, personas);
  Object.setPrototypeOf(context, mixin);
  return { personas, isNew: true };
}

/** Routes all messages of a context through the seam. */
function installSeam(
  context: object & { _client?: unknown },
  personas: ContextPersonas,
  { channel, fronts, isExtended }: ContextClass,
): void {
  if (!channel || !fronts) return;
  const { requestQueue, messageQueues, namespaces } = channel;
  const { _client: client } = context;
  if (isObject(client)) {
    personas.front = fronts.create(client, personas);
    replace(context, '_client', personas.front, personas);
  }
  if (requestQueue) {
    const queue: unknown = Reflect.get(context, requestQueue);
    if (isObject(queue)) {
      const front = fronts.namespace(requestQueue).create(queue, personas);
      replace(context, requestQueue, front, personas);
    }
  }
  for (const name of messageQueues ?? []) {
    const messages: unknown = Reflect.get(context, name);
    if (Array.isArray(messages)) rememberSpeakers(messages, personas, channel);
  }
  for (const name of namespaces ?? []) {
    const namespace: unknown = Reflect.get(context, name);
    if (!isObject(namespace)) continue;
    const remembered = rememberNamespace(
      namespace,
      personas,
      channel,
      isExtended,
    );
    replace(context, name, remembered, personas);
  }
}

/** Replaces a property, even one that others have made read-only. */
function replace(
  context: object,
  name: string,
  value: object,
  { runtime }: ContextPersonas,
): void {
  try {
    // Assigned if possible, because V8 is slow with redefined properties.
    (context as Record<string, unknown>)[name] = value;
    return;
  } catch {
    // It is read-only.
  }
  const property = { value, configurable: true, writable: true };
  if (Reflect.defineProperty(context, name, property)) return;
  warnOnce(
    runtime,
    `The property "${name}" of a context cannot be replaced, so its messages go out as without personas(). Leave it configurable.`,
  );
}

/** Own methods are mocks, other plugins' wrappers, or functions that a class creates per context. */
function rememberOwnMethods(
  context: object,
  names: readonly string[],
  personas: ContextPersonas,
  contextClass: ContextClass,
): void {
  let isPlain = true;
  for (const name of names) {
    if (name.startsWith('_')) continue;
    const property = Object.getOwnPropertyDescriptor(context, name);
    const value: unknown = property?.value;
    const isMethod = typeof value === 'function';
    if (isMethod) {
      rememberOwnMethod(context, name, value, personas, contextClass.channel);
    }
    // What is empty here may be a method of the next context.
    const isEmpty = value === undefined || value === null;
    if (isMethod || isEmpty) isPlain = false;
  }
  if (isPlain) contextClass.plainNames = names;
}

function isSame(names: readonly string[], others: readonly string[] = []) {
  if (names.length !== others.length) return false;
  for (let at = 0; at < names.length; at += 1) {
    if (names[at] !== others[at]) return false;
  }
  return true;
}

/** @returns whether this runtime has replaced the defaults */
function replacesDefaults(
  installed: ContextPersonas,
  runtime: Runtime,
): boolean {
  const first = installed.runtime;
  // An action uses what is installed.
  if (first === runtime || runtime.isDefault) return false;
  // The defaults may come from another copy of this package.
  if (first.isDefault) {
    installed.runtime = runtime;
    return true;
  }
  warnOnce(
    runtime,
    'Two different personas() were installed on one context: the options of the second have no effect. ' +
      'Keep one, among the `plugins` or in a chain.',
  );
  return false;
}

/** The first event on a Page starts its sweeps. */
function noticePage(context: Context, { sweeper }: Runtime): void {
  // Most events are on the same Page as the previous one.
  if (sweeper.isNewest(context as Partial<PageContext>)) return;
  const page = pageRefOf(context);
  if (page?.id) sweeper.notice(page.id, page.client);
}

/** Inherited ones count too: a context may be created from another by `Object.create`. */
function personasOf(context: Context): ContextPersonas | undefined {
  return '_personas' in context
    ? (context as Context & Installed)._personas
    : undefined;
}

/** Adopts the persona of Bottender's own `usePersona`, and stops Bottender from adding it to messages. */
function adoptPersona(
  context: object & { _personaId?: unknown },
  personas: ContextPersonas,
): void {
  // The console has a function under any name.
  if (typeof context._personaId !== 'string') return;
  personas.use(context._personaId);
  context._personaId = null;
}
