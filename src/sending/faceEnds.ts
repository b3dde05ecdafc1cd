import type { FaceChannel } from '../channels/channel';
import type { ContextPersonas } from '../speaking/contextPersonas';

import { isMessage } from './arguments';
import type { Original } from './call';
import { seeToAnswer } from './faceAnswer';
import { faceOf, withoutFace } from './givenFace';

/** What stands in front of a client gives it under this key. */
const GIVEN = Symbol('the client that this stands in front of');

/** The client that a context was given. */
export function givenClientOf(client: { readonly [GIVEN]?: object }): object {
  return client[GIVEN] ?? client;
}

/**
 * Stands in front of a context's client, and sees to the answers of what the
 * context's methods end in, also when that goes out after the handler. So a
 * refused face is taken off beneath whatever others have wrapped.
 *
 * @param ends methods of the client, with the position of their messages
 */
export function inFrontOf(
  client: object,
  ends: Readonly<Record<string, number>>,
  personas: ContextPersonas,
  channel: FaceChannel,
): object {
  return new Proxy(client, new ClientFront(ends, personas, channel));
}

class ClientFront implements ProxyHandler<object> {
  constructor(
    private readonly ends: Readonly<Record<string, number>>,
    private readonly personas: ContextPersonas,
    private readonly channel: FaceChannel,
  ) {}

  get(target: object, name: PropertyKey): unknown {
    if (name === GIVEN) return target;
    const value: unknown = Reflect.get(target, name);
    const at = typeof name === 'string' ? this.ends[name] : undefined;
    if (at === undefined || typeof value !== 'function') return value;
    const { personas, channel } = this;
    return (...args: unknown[]) =>
      deliver(target, value as Original, args, at, personas, channel);
  }
}

function deliver(
  client: object,
  original: Original,
  args: unknown[],
  at: number,
  personas: ContextPersonas,
  channel: FaceChannel,
): unknown {
  const answer = Reflect.apply(original, client, args);
  const messages = args[at];
  if (!Array.isArray(messages)) return answer;
  const faceAt = (position: number) => {
    const message: unknown = messages[position];
    return isMessage(message) ? faceOf(message) : undefined;
  };
  const faces = () => Array.from(messages, (_, position) => faceAt(position));
  return seeToAnswer(answer, faces, personas, channel, (refused) => {
    const bare = messages.map((message: unknown, position) => {
      const face = refused.includes(position) ? faceAt(position) : undefined;
      return face && isMessage(message)
        ? withoutFace(message, face, personas.runtime)
        : message;
    });
    return Reflect.apply(original, client, args.with(at, bare));
  });
}
