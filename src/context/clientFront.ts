import type { Channel, ClientCall } from '../channels/channel';
import { withoutPersonas } from '../sending/ownPersona';
import { send, type SendMethod } from '../sending/send';
import type { ScopedPersonas } from '../speaking/scopedPersonas';
import { isObject } from '../util/isObject';
import { prototypeChain } from '../util/prototypeChain';

export type Method = (...args: unknown[]) => unknown;

/** What a front belongs to. */
interface Behind {
  /** A client, or a queue. */
  readonly client: object;
  readonly personas: ScopedPersonas;
  /** Whether the bot itself calls the front. */
  readonly isBotCall: boolean;
}

const BEHIND = Symbol('behind the front');

/** @private */
export interface Front {
  readonly [BEHIND]: Behind;
}

/**
 * The seam: an object in front of a client, or of a queue, through which all of
 * its messages go. The speaker is decided here, at the call. The client's own
 * methods run on the client itself, so that a class with private fields, or with
 * a queue of its own, works as ever.
 *
 * @param prefix how the channel calls the client's methods: `chat.`
 */
export function clientFront(
  behind: Behind,
  channel: Channel,
  prefix = '',
): Front {
  const base = Object.getPrototypeOf(behind.client) as object;
  const FrontClass = frontClass(base, channel, prefix);
  return new FrontClass(behind);
}

type FrontClass = new (behind: Behind) => Front;

/** One class for the fronts of all clients of a class, because each event has a front. */
const frontClasses = new WeakMap<object, Map<string, FrontClass>>();

function frontClass(
  base: object,
  channel: Channel,
  prefix: string,
): FrontClass {
  let known = frontClasses.get(base);
  if (!known) {
    known = new Map();
    frontClasses.set(base, known);
  }
  const key = channel.platform + prefix;
  let created = known.get(key);
  if (!created) {
    created = createFrontClass(base, channel, prefix);
    known.set(key, created);
  }
  return created;
}

function createFrontClass(
  base: object,
  channel: Channel,
  prefix: string,
): FrontClass {
  class ClientFront implements Front {
    readonly [BEHIND]: Behind;

    constructor(behind: Behind) {
      this[BEHIND] = behind;
    }
  }
  const properties: PropertyDescriptorMap = {
    // So that setting it does not lead to the Proxy.
    [BEHIND]: { value: undefined, writable: true },
  };
  for (const link of [...prototypeChain(base)].reverse()) {
    for (const name of Object.getOwnPropertyNames(link)) {
      if (name === 'constructor') continue;
      const own = Object.getOwnPropertyDescriptor(link, name);
      const value: unknown = own?.value;
      if (typeof value === 'function') {
        properties[name] = {
          value: frontMethod(name, channel, prefix),
          configurable: true,
          writable: true,
        };
      } else if (own?.get) {
        properties[name] = {
          configurable: true,
          get(this: Front): unknown {
            return Reflect.get(this[BEHIND].client, name);
          },
          set: own.set && setOnClient(name),
        };
      }
    }
  }
  // What only the client itself has is found last.
  const rest = new Proxy(
    Object.create(base) as object,
    new OwnProperties(channel, prefix),
  );
  Reflect.deleteProperty(ClientFront.prototype, 'constructor');
  Object.defineProperties(ClientFront.prototype, properties);
  Object.setPrototypeOf(ClientFront.prototype, rest);
  return ClientFront;
}

/** What a client has besides its class: fields, functions of its own, and objects of functions. */
class OwnProperties implements ProxyHandler<object> {
  private readonly methods = new Map<string, Method>();

  constructor(
    private readonly channel: Channel,
    private readonly prefix: string,
  ) {}

  get(_target: object, name: PropertyKey, front: Front): unknown {
    const { channel, prefix, methods } = this;
    const behind = front[BEHIND];
    const value: unknown = Reflect.get(behind.client, name);
    if (typeof name !== 'string' || name === 'constructor') return value;
    if (typeof value === 'function') {
      let method = methods.get(name);
      if (!method) {
        method = frontMethod(name, channel, prefix);
        methods.set(name, method);
      }
      return method;
    }
    return isObject(value) && channel.namespaces?.includes(name)
      ? clientFront({ ...behind, client: value }, channel, `${prefix}${name}.`)
      : value;
  }

  /** A method that is put on a front, by a test say, is the front's own; everything else is the client's. */
  set(_target: object, name: PropertyKey, value: unknown, front: Front) {
    if (typeof value !== 'function') {
      return Reflect.set(front[BEHIND].client, name, value);
    }
    const property = { value, configurable: true, writable: true };
    return Reflect.defineProperty(front, name, property);
  }
}

function setOnClient(name: string) {
  return function (this: Front, value: unknown) {
    Reflect.set(this[BEHIND].client, name, value);
  };
}

function frontMethod(name: string, channel: Channel, prefix: string): Method {
  const method = prefix + name;
  const read = channel.reader(method);
  if (!read) {
    return function (this: Front, ...args) {
      const { client } = this[BEHIND];
      const given = channel.carriesId ? args : withoutPersonas(args);
      return Reflect.apply(methodOf(client, name), client, given);
    };
  }
  const via: SendMethod = { channel, method, read };
  return function (this: Front, ...args) {
    const { client, personas, isBotCall } = this[BEHIND];
    // What the client has under this name now: tests and tools may have put another there.
    const transmit = (call: ClientCall) =>
      Reflect.apply(methodOf(client, call.method ?? name), client, call.args);
    return send(personas, { via, args, transmit, isBotCall });
  };
}

function methodOf(client: object, name: string): Method {
  return Reflect.get(client, name) as Method;
}
