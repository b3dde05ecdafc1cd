import type { Channel } from '../channels/channel';
import {
  wrapCall,
  type ClientCall,
  type ReadCall,
} from '../channels/messageCall';
import { send } from '../sending/send';
import type { ScopedPersonas } from '../speaking/scopedPersonas';
import { getProperty } from '../util/values';
import { callableNames, type Method } from '../util/methods';

/** A context without a client that sends: simulated, written by hand for a test, or the console's. */
type Mock = object & {
  _client?: unknown;
  /** Whether calls of missing methods go to `_methodMissing`, as on the console. */
  _fallbackMethods?: unknown;
  _methodMissing?: (method: string, args: unknown[]) => unknown;
};

export function isMock(context: Mock, { clientMethod }: Channel): boolean {
  const { _client: client } = context;
  return (
    Object.hasOwn(context, '_fallbackMethods') ||
    getProperty(client, clientMethod) === undefined
  );
}

/**
 * Makes the methods of a mock show who speaks: the mock's method is called with
 * the persona, as the handler named it.
 */
export function mockMethods(
  context: Mock,
  personas: ScopedPersonas,
  channel: Channel,
): void {
  for (const name of callableNames(context, channel.sendMethods)) {
    if (name === 'typing') continue;
    // A Proxy, because tests read the calls of a mock from its method.
    const value = new Proxy(Reflect.get(context, name) as Method, {
      apply: (target, self, args: unknown[]) =>
        callMock(personas, channel, name, args, (sent) =>
          Reflect.apply(target, self, sent),
        ),
    });
    const enumerable = Object.hasOwn(context, name);
    const property = { value, enumerable, configurable: true, writable: true };
    Object.defineProperty(context, name, property);
  }
  const { _methodMissing: missing } = context;
  if (!missing) return;
  const value = (name: string, args: unknown[]) =>
    channel.sendMethods.test(name)
      ? callMock(personas, channel, name, args, (sent) =>
          Reflect.apply(missing, context, [name, sent]),
        )
      : Reflect.apply(missing, context, [name, args]);
  Object.defineProperty(context, '_methodMissing', { value });
}

/** Gives a speaker on the console the missing methods that the console accepts. */
export function withPretended(
  context: Mock,
  speaker: object,
  { sendMethods }: Channel,
  speak: (name: string) => Method,
): object {
  if (context._fallbackMethods !== true) return speaker;
  return new Proxy(speaker, {
    get(target, name) {
      if (typeof name !== 'string' || name in target) {
        return Reflect.get(target, name) as unknown;
      }
      return sendMethods.test(name) ? speak(name) : undefined;
    },
  });
}

function callMock(
  personas: ScopedPersonas,
  channel: Channel,
  name: string,
  args: unknown[],
  run: (args: unknown[]) => unknown,
): unknown {
  const method = channel.clientMethodFor?.(name) ?? name;
  const readAsClient = channel.reader(method);
  if (!readAsClient) return run(args);
  // A context's method takes the arguments of the client's method without the recipient.
  const read: ReadCall = (given) => {
    const call = readAsClient([undefined, ...given]);
    return call && wrapCall(call, (sent) => sent.slice(1));
  };
  const transmit = (sent: ClientCall) => run(sent.args);
  const via = { channel, method: name, read };
  return send(personas, { via, args, transmit, isMock: true });
}
