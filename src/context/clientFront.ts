import { sendMethod, type Channel, type ClientCall } from '../channels/channel';
import { withoutPersonas } from '../sending/ownPersona';
import { send } from '../sending/send';
import type { ScopedPersonas } from '../speaking/scopedPersonas';
import { isObject } from '../util/isObject';

import type { Method } from './rememberedMethods';

/**
 * The seam: an object in front of a client, or of a queue, through which all of
 * its messages go. The speaker is decided here, at the call. The client's own
 * methods run on the client itself, so that a class with private fields, or with
 * a queue of its own, works as ever.
 */
export class ClientFront implements ProxyHandler<object> {
  private constructor(
    private readonly client: object,
    private readonly personas: ScopedPersonas,
    private readonly channel: Channel,
    private readonly isBotCall: boolean,
    private readonly prefix: string,
  ) {}

  /**
   * @param isBotCall whether the bot itself calls the front
   * @param prefix how the channel calls the client's methods: `chat.`
   */
  static for(
    client: object,
    personas: ScopedPersonas,
    channel: Channel,
    { isBotCall = false, prefix = '' } = {},
  ): object {
    // A Proxy has to show the fixed properties of its target, so that is not the client.
    const base = Object.getPrototypeOf(client) as object;
    const own = Object.create(base) as object;
    return new Proxy(
      own,
      new ClientFront(client, personas, channel, isBotCall, prefix),
    );
  }

  get(own: object, name: PropertyKey): unknown {
    if (Object.hasOwn(own, name)) return Reflect.get(own, name);
    const { client, personas, channel, isBotCall, prefix } = this;
    const value: unknown = Reflect.get(client, name);
    if (typeof name !== 'string' || name === 'constructor') return value;
    if (typeof value === 'function') {
      return this.method(prefix + name, value as Method);
    }
    if (!isObject(value) || !channel.namespaces?.includes(name)) return value;
    const options = { isBotCall, prefix: `${prefix}${name}.` };
    return ClientFront.for(value, personas, channel, options);
  }

  has(own: object, name: PropertyKey): boolean {
    return Reflect.has(own, name) || Reflect.has(this.client, name);
  }

  ownKeys(own: object): (string | symbol)[] {
    const keys = [...Reflect.ownKeys(own), ...Reflect.ownKeys(this.client)];
    return [...new Set(keys)];
  }

  /** A method that is put here, by a test say, is the front's own; everything else is the client's. */
  set(own: object, name: PropertyKey, value: unknown): boolean {
    if (typeof value !== 'function') {
      return Reflect.set(this.client, name, value);
    }
    const property = { value, configurable: true, writable: true };
    return Reflect.defineProperty(own, name, property);
  }

  private method(name: string, method: Method): Method {
    const { client, personas, channel, isBotCall } = this;
    const via = sendMethod(channel, name);
    if (!via) {
      return (...args) => {
        const given = channel.carriesId ? args : withoutPersonas(args);
        return Reflect.apply(method, client, given);
      };
    }
    const transmit = ({ args, method: other }: ClientCall) =>
      Reflect.apply(
        other === undefined ? method : (Reflect.get(client, other) as Method),
        client,
        args,
      );
    return (...args) => send(personas, { via, args, transmit, isBotCall });
  }
}
