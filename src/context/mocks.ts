import type { Channel, ClientCall, ReadCall } from '../channels/channel';
import { send } from '../sending/send';
import type { ScopedPersonas } from '../speaking/scopedPersonas';
import { prototypeChain } from '../util/prototypeChain';

import type { Method } from './rememberedMethods';

/** A context without a client that sends: it is simulated, made by hand for a test, or the console's. */
type Mock = object & {
  _client?: unknown;
  /** The console pretends to have the methods that it lacks, */
  _fallbackMethods?: unknown;
  /** and shows calls of those here. */
  _methodMissing?: (method: string, args: unknown[]) => unknown;
};

export function isMock(context: Mock, channel: Channel): boolean {
  const { _client: client } = context;
  return (
    Object.hasOwn(context, '_fallbackMethods') ||
    !hasSendMethods(client, channel)
  );
}

export function hasSendMethods(
  client: unknown,
  { clientMethod }: Channel,
): boolean {
  return (
    (client as Record<string, unknown> | undefined)?.[clientMethod] !==
    undefined
  );
}

/**
 * Lets the methods of a mock show who speaks: the persona appears in what the
 * method itself is called with, as the handler named it.
 */
export function mockMethods(
  context: Mock,
  personas: ScopedPersonas,
  channel: Channel,
): void {
  for (const name of sendMethodsOf(context, channel)) {
    const method: unknown = Reflect.get(context, name);
    if (typeof method !== 'function') continue;
    // A Proxy, because tests ask a mock for its calls by the method's name.
    const value = new Proxy(method as Method, {
      apply: (target, self, args: unknown[]) =>
        callMock(personas, channel, name, args, (sent) =>
          Reflect.apply(target, self, sent),
        ),
    });
    const enumerable = Object.hasOwn(context, name);
    const property = { value, enumerable, configurable: true, writable: true };
    Object.defineProperty(context, name, property);
  }
  const { _fallbackMethods: pretends, _methodMissing: missing } = context;
  if (pretends !== true || !missing) return;
  const value = (name: string, args: unknown[]) =>
    channel.sendMethods.test(name)
      ? callMock(personas, channel, name, args, (sent) =>
          Reflect.apply(missing, context, [name, sent]),
        )
      : Reflect.apply(missing, context, [name, args]);
  Object.defineProperty(context, '_methodMissing', { value });
}

/** The console's speaker pretends to have the methods that the console pretends to have. */
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

function sendMethodsOf(context: object, { sendMethods }: Channel): Set<string> {
  const names = new Set<string>();
  for (const link of prototypeChain(context)) {
    for (const name of Object.getOwnPropertyNames(link)) {
      if (sendMethods.test(name) && name !== 'typing') names.add(name);
    }
  }
  return names;
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
  // A context's method takes what the client's takes after the recipient.
  const read: ReadCall = (given) => {
    const call = readAsClient([undefined, ...given]);
    if (!call) return undefined;
    const { messages, senderAction } = call;
    return {
      messages,
      senderAction,
      withMessages: (changed) => ({
        args: call.withMessages(changed).args.slice(1),
      }),
    };
  };
  const transmit = (sent: ClientCall) => run(sent.args);
  const via = { channel, method: name, read };
  return send(personas, { via, args, transmit, isBotCall: true });
}
