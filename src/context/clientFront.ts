import type { Channel, ClientCall } from '../channels/channel';
import { withoutPersonas } from '../sending/ownPersona';
import { send } from '../sending/send';
import type { ScopedPersonas } from '../speaking/scopedPersonas';
import { isObject } from '../util/isObject';

type Method = (...args: unknown[]) => unknown;

interface FrontOptions {
  /** What the client is called in the names of its methods: `chat.` */
  readonly prefix?: string;
  /** Whether the bot itself calls the front. */
  readonly isBotCall?: boolean;
}

/**
 * The seam: an object in front of a client, or of a queue, through which all of
 * its messages go. The speaker is decided here, at the call. The client's own
 * methods run on the client itself, so that a class with private fields, or with
 * a queue of its own, works as ever.
 */
export function clientFront(
  client: object,
  personas: ScopedPersonas,
  channel: Channel,
  options: FrontOptions = {},
): object {
  // Of its class, and not itself: a Proxy has to show the fixed properties of its target.
  const own = Object.create(Object.getPrototypeOf(client) as object) as object;
  return new Proxy(own, new ClientFront(client, personas, channel, options));
}

class ClientFront implements ProxyHandler<object> {
  constructor(
    private readonly client: object,
    private readonly personas: ScopedPersonas,
    private readonly channel: Channel,
    private readonly options: FrontOptions,
  ) {}

  get(own: object, name: PropertyKey): unknown {
    if (Object.hasOwn(own, name)) return Reflect.get(own, name);
    const value: unknown = Reflect.get(this.client, name);
    if (typeof name !== 'string' || name === 'constructor') return value;
    if (typeof value === 'function') {
      return (...args: unknown[]) => this.call(name, value as Method, args);
    }
    if (!isObject(value) || !this.channel.namespaces?.includes(name)) {
      return value;
    }
    const options = { ...this.options, prefix: `${name}.` };
    return clientFront(value, this.personas, this.channel, options);
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
    return typeof value === 'function'
      ? Reflect.defineProperty(own, name, {
          value,
          configurable: true,
          writable: true,
        })
      : Reflect.set(this.client, name, value);
  }

  private call(name: string, own: Method, args: unknown[]): unknown {
    const { client, channel, personas } = this;
    const { prefix = '', isBotCall = false } = this.options;
    const method = prefix + name;
    const call = channel.read(method, args);
    if (!call) {
      const given = channel.carriesId ? args : withoutPersonas(args);
      return Reflect.apply(own, client, given);
    }
    const transmit = ({ args: sent, method: other }: ClientCall) =>
      other === undefined
        ? Reflect.apply(own, client, sent)
        : Reflect.apply(Reflect.get(client, other) as Method, client, sent);
    const outgoing = { channel, method, args, call, transmit, isBotCall };
    return send(personas, outgoing);
  }
}
