import { sendMethod, type Channel } from '../channels/channel';
import type { ClientCall } from '../channels/messageCall';
import { PersonaError } from '../errors';
import { withoutPersonas } from '../sending/messageFields';
import { send } from '../sending/send';
import type { ScopedPersonas } from '../speaking/scopedPersonas';
import { isObject, isThenable } from '../util/values';
import {
  type Method,
  methodDescriptors,
  methodNames,
  prototypeChain,
} from '../util/methods';

const CLIENT = Symbol('client');
const PERSONAS = Symbol('personas');
const NAMESPACES = Symbol('namespaces');

interface ClientFront {
  [CLIENT]: Record<PropertyKey, Method | undefined>;
  [PERSONAS]: ScopedPersonas;
  /** The client's objects of functions by name, with the front of each. */
  [NAMESPACES]: Map<string, { value: object; front: object }> | undefined;
}

type Client = ClientFront[typeof CLIENT];

type FrontClass = new (client: object, personas: ScopedPersonas) => object;

/** Whose messages an object passes on, if it is a front. */
export function personasOfFront(client: unknown): ScopedPersonas | undefined {
  return isObject(client)
    ? (client as Partial<ClientFront>)[PERSONAS]
    : undefined;
}

/**
 * The seam: creates fronts, objects that replace a client or a queue and pass on
 * all of its messages. A front decides the speaker when it is called. The client's
 * own methods run on the client itself, so classes with private fields or their
 * own queues keep working.
 */
export class ClientFronts {
  /** By the client's prototype, or by the client itself if it is a plain object. */
  private readonly classes = new WeakMap<object, FrontClass>();
  private readonly namespaces = new Map<string, ClientFronts>();

  /** @param prefix the channel's prefix for the client's methods, such as `chat.` */
  constructor(
    private readonly channel: Channel,
    private readonly prefix = '',
  ) {}

  create(client: object, personas: ScopedPersonas): object {
    const base = Object.getPrototypeOf(client) as object | null;
    const kind = base && base !== Object.prototype ? base : client;
    let Front = this.classes.get(kind);
    if (!Front) {
      Front = this.createClass(kind);
      this.classes.set(kind, Front);
    }
    return new Front(client, personas);
  }

  /** The front has the methods of the client's class, because a Proxy is slow; a Proxy behind it serves everything else. */
  private createClass(kind: object): FrontClass {
    const methods: Record<string, Method> = {};
    for (const name of methodNames(prototypeChain(kind))) {
      methods[name] = this.method(name);
    }
    const others = new Proxy(Object.create(kind) as object, {
      get: (_, name, front: ClientFront) => {
        const value: unknown = Reflect.get(front[CLIENT], name);
        if (typeof name !== 'string') return value;
        if (typeof value === 'function') {
          const method = this.method(name);
          // A Proxy, because a function such as axios has methods of its own.
          return new Proxy(value, {
            apply: (_, __, args: unknown[]) =>
              Reflect.apply(method, front, args),
          });
        }
        if (!isObject(value) || !this.channel.namespaces?.includes(name)) {
          return value;
        }
        return this.namespaceFront(name, value, front);
      },
      // A method that is set, for example by a test, stays on the front; everything else is set on the client.
      set(_, name, value, front: ClientFront) {
        if (typeof value !== 'function') {
          return Reflect.set(front[CLIENT], name, value);
        }
        const property = { value: value as unknown, writable: true };
        return Reflect.defineProperty(front, name, property);
      },
    });
    class Front {
      declare [CLIENT]: object;
      declare [PERSONAS]: ScopedPersonas;
      declare [NAMESPACES]: ClientFront[typeof NAMESPACES];

      constructor(client: object, personas: ScopedPersonas) {
        this[CLIENT] = client;
        this[PERSONAS] = personas;
        this[NAMESPACES] = undefined;
      }
    }
    Object.defineProperties(Front.prototype, {
      ...methodDescriptors(methods),
      constructor: {
        get(this: ClientFront) {
          return this[CLIENT].constructor;
        },
      },
      // Declared here so that assignments to a front do not reach the Proxy.
      [CLIENT]: { value: undefined, writable: true },
      [PERSONAS]: { value: undefined, writable: true },
      [NAMESPACES]: { value: undefined, writable: true },
    });
    Object.setPrototypeOf(Front.prototype, others);
    return Front;
  }

  /** The same one each time, because its methods may be replaced, for example by a test. */
  private namespaceFront(
    name: string,
    value: object,
    owner: ClientFront,
  ): object {
    const known = owner[NAMESPACES]?.get(name);
    if (known?.value === value) return known.front;
    const front = this.namespace(name).create(value, owner[PERSONAS]);
    (owner[NAMESPACES] ??= new Map()).set(name, { value, front });
    return front;
  }

  /** The fronts of objects in this property of clients. */
  namespace(name: string): ClientFronts {
    const { namespaces, channel, prefix } = this;
    const fronts =
      namespaces.get(name) ?? new ClientFronts(channel, `${prefix}${name}.`);
    namespaces.set(name, fronts);
    return fronts;
  }

  private method(name: string): Method {
    const { channel, prefix } = this;
    const via = sendMethod(channel, prefix + name);
    if (!via) {
      return function (this: ClientFront, ...args) {
        const given = channel.carriesId ? args : withoutPersonas(args);
        return this[CLIENT][name]?.(...given);
      };
    }
    return function (this: ClientFront, ...args) {
      const client = this[CLIENT];
      const transmit = (call: ClientCall) =>
        callClient(client, name, channel.callFor?.(client, name, call) ?? call);
      return send(this[PERSONAS], { via, args, transmit });
    };
  }
}

/** @throws PersonaError if the client does not have the method that the call needs */
function callClient(
  client: Client,
  name: string,
  { args, method = name }: ClientCall,
): unknown {
  const transmit = client[method];
  if (typeof transmit !== 'function') {
    throw new PersonaError(
      `The client has no method "${method}", by which a call of "${name}" is sent here.`,
    );
  }
  const answer = Reflect.apply(transmit, client, args);
  const isForeign = !(answer instanceof Promise) && isThenable(answer);
  return isForeign ? Promise.resolve(answer) : answer;
}
