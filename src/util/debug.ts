import createDebug from 'debug';

/**
 * Tells of each decision with `DEBUG=bottender:persona`: who speaks, and what is
 * made, shared, deleted, refused and swept. It is given names and IDs of personas
 * and Pages, and errors of ours, which hold no secrets; never an error as it
 * came, a message's text or whom it is for. Where every message comes along,
 * `isDebugging` is asked first.
 */
export const debug = createDebug('bottender:persona');

const property: { get?: (this: void) => boolean } | undefined =
  Object.getOwnPropertyDescriptor(debug, 'enabled');

/**
 * Whether anybody is told: what `debug.enabled` asks, by itself, because V8
 * looks for it anew each time among the properties of a function.
 */
export const isDebugging = property?.get ?? (() => debug.enabled);
