import createDebug from 'debug';

/**
 * Logs each decision with `DEBUG=bottender:persona`. Pass only names, IDs and our
 * own errors, never a client's error, a message's text or its recipient.
 */
export const debug = createDebug('bottender:persona');

const property: { get?: (this: void) => boolean } | undefined =
  Object.getOwnPropertyDescriptor(debug, 'enabled');

/** Faster than `debug.enabled`, which V8 looks up each time. */
export const isDebugging = property?.get ?? (() => debug.enabled);
