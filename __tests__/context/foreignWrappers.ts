import { setImmediate as nextTurn } from 'node:timers/promises';

type Send = (text: string, options?: Fields) => unknown;
type Fields = Record<string, unknown>;

/** Wrappers of other plugins for a method that takes a text and options. */
export const WRAPPERS = {
  'passes everything on': (send) => (text, options) => send(text, options),
  waits: (send) => async (text, options) => {
    await nextTurn();
    return send(text, options);
  },
  'drops the options': (send) => (text) => send(text),
  'waits and drops the options': (send) => async (text) => {
    await Promise.resolve();
    return send(text);
  },
  'destructures the options':
    (send) =>
    (text, { quickReplies, tag } = {}) =>
      send(text, { quickReplies, tag }),
  'copies the options by JSON': (send) => (text, options) =>
    send(text, JSON.parse(JSON.stringify(options ?? {})) as Fields),
  'copies the options by structuredClone': (send) => (text, options) =>
    send(text, structuredClone(options)),
} satisfies Record<string, (send: Send) => Send>;

export type WrapperName = keyof typeof WRAPPERS;

export const WRAPPER_NAMES = Object.keys(WRAPPERS) as WrapperName[];

/** A plugin that wraps a method of contexts and calls `onCall` each time. */
export function wrapping(
  wrapper: WrapperName,
  onCall: (text: string, options: unknown) => void = () => undefined,
  method = 'sendText',
): (context: object) => void {
  return (context) => {
    const original = Reflect.get(context, method) as Send;
    const wrapped = WRAPPERS[wrapper](original.bind(context));
    const wrapping: Send = (text, options) => {
      onCall(text, options);
      return wrapped(text, options);
    };
    Object.assign(context, { [method]: wrapping });
  };
}
