import type { FaceChannel } from '../channels/channel';
import type { Runtime } from '../runtime';
import type { ContextPersonas } from '../speaking/contextPersonas';

import { isMessage } from './arguments';
import type { Original } from './call';
import { seeToAnswer, type SentWithFaces } from './faceAnswer';
import { faceOf, withoutFace, type GivenFace } from './givenFace';

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
    // What all objects have is found there, too.
    if (typeof at !== 'number' || typeof value !== 'function') return value;
    const { personas, channel } = this;
    return (...args: unknown[]) => {
      const { runtime } = personas;
      const original = value as Original;
      const delivered = new Delivered(target, original, args, at, runtime);
      return seeToAnswer(delivered.send(), delivered, personas, channel);
    };
  }
}

/** A call of the client: its answer comes when Bottender has long handed the messages over. */
class Delivered implements SentWithFaces {
  constructor(
    private readonly client: object,
    private readonly original: Original,
    private readonly args: unknown[],
    private readonly at: number,
    private readonly runtime: Runtime,
  ) {}

  faces(): (GivenFace | undefined)[] {
    return this.messages().map((message) =>
      isMessage(message) ? faceOf(message) : undefined,
    );
  }

  again(refused: readonly number[]): unknown {
    const faces = this.faces();
    const bare = this.messages().map((message, position) => {
      const face = refused.includes(position) ? faces[position] : undefined;
      return face && isMessage(message)
        ? withoutFace(message, face, this.runtime)
        : message;
    });
    return this.send(this.args.with(this.at, bare));
  }

  send(args = this.args): unknown {
    return Reflect.apply(this.original, this.client, args);
  }

  private messages(): unknown[] {
    const messages = this.args[this.at];
    return Array.isArray(messages) ? Array.from<unknown>(messages) : [];
  }
}
