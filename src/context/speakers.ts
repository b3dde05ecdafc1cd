import type { Channel } from '../channels/channel';
import { withoutPersonas } from '../sending/messageFields';
import { isObject } from '../util/values';
import { callableNames, type Method } from '../util/methods';

import { withPretended } from './mocks';

/** On unknown platforms, methods with such names are taken to send. */
const SEND_METHODS = /^(send|typing)/;

/**
 * The send and typing methods of a context or a client, bound. Each call looks up
 * the method of `target`, so that later wrappers of other plugins are called too.
 *
 * @param run runs each call in the scope of a speaker
 */
export function speakingMethods(
  target: object,
  channel: Channel | undefined,
  run: (call: () => unknown) => unknown,
): object {
  const { sendMethods = SEND_METHODS, namespaces = [] } = channel ?? {};
  const bindMethod =
    (getTarget: () => unknown, name: string): Method =>
    (...args) =>
      run(() => call(getTarget(), name, withoutPersonas(args)));
  const bindMethods = (getTarget: () => unknown) => {
    const methods: Record<string, Method> = {};
    for (const name of callableNames(getTarget(), sendMethods)) {
      methods[name] = bindMethod(getTarget, name);
    }
    return methods;
  };
  const created: Record<string, unknown> = bindMethods(() => target);
  for (const namespace of namespaces) {
    const methods = bindMethods(
      () => Reflect.get(target, namespace) as unknown,
    );
    if (Object.keys(methods).length > 0) created[namespace] = methods;
  }
  return channel
    ? withPretended(target, created, channel, (name) =>
        bindMethod(() => target, name),
      )
    : created;
}

function call(target: unknown, name: string, args: unknown[]): unknown {
  const method: unknown = isObject(target)
    ? Reflect.get(target, name)
    : undefined;
  if (typeof method !== 'function') return undefined;
  return Reflect.apply(method as Method, target, args);
}
