import type { MessengerClient } from 'bottender';

import type { Original } from '../context/delivery';
import { COVERED_METHODS } from '../channels/messenger';
import { send } from '../context/send';
import { speakerOver } from '../context/speakers';
import { checkRun } from '../context/toTheEnd';
import type { EphemeralPersona } from '../profile';
import type { Runtime } from '../runtime';

import { ClientPersonas, LEAD } from './clientPersonas';
import type { PersonaClient } from './flavor';

type Methods = Record<string, Original>;

/**
 * The client with personas: an object in front of it, which stays as it is. Its
 * methods are called on the client itself, because they call each other: what
 * has a persona by then must not be given one again.
 */
export function coveredClient<C extends MessengerClient, Name extends string>(
  client: C,
  runtime: Runtime,
): PersonaClient<C, Name> {
  const personas = new ClientPersonas(client, runtime);
  const covered: object = Object.create(client) as object;
  define(covered, {
    ...methodsOf(client),
    ...sendingMethods(client, personas),
    as: (...given) =>
      speakerOver(covered, personas, personas.keep(...given), LEAD),
    withPersona: (persona, run) =>
      personas.with(persona, () => {
        checkRun('client.withPersona', run);
        return promised(() => run(covered));
      }),
    async withEphemeralPersona(profile, run) {
      checkRun('client.withEphemeralPersona', run);
      return personas.withEphemeral(profile, (id, checked) => {
        const persona: EphemeralPersona = { id, ...checked };
        return promised(() => run(persona, covered));
      });
    },
  });
  return covered as PersonaClient<C, Name>;
}

/** The methods that can carry a persona, as far as the client has them. */
function sendingMethods(
  client: MessengerClient,
  personas: ClientPersonas,
): Methods {
  const methods: Methods = {};
  for (const method of COVERED_METHODS) {
    if (!(method in client)) continue;
    methods[method] = (...args) => {
      const original = methodOf(client, method);
      const occasion = personas.occasionOf(method, args);
      const call = { method, args, lead: LEAD, self: client, original };
      return send(personas, call, occasion);
    };
  }
  return methods;
}

/** All methods of the client's classes, called on the client. */
function methodsOf(client: MessengerClient): Methods {
  const methods: Methods = {};
  let from: unknown = Object.getPrototypeOf(client);
  while (isObject(from) && from !== Object.prototype) {
    for (const name of Object.getOwnPropertyNames(from)) {
      const property = Object.getOwnPropertyDescriptor(from, name);
      if (typeof property?.value !== 'function') continue;
      if (name === 'constructor') continue;
      methods[name] = (...args) => methodOf(client, name).apply(client, args);
    }
    from = Object.getPrototypeOf(from);
  }
  return methods;
}

/** What the client has under this name now: tests and tools may have put another there. */
function methodOf(client: MessengerClient, name: string): Original {
  return Reflect.get(client, name) as Original;
}

/** What a function gives, or throws, as an async function would. */
function promised(run: () => unknown): Promise<unknown> {
  return new Promise((resolve) => resolve(run()));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** As a class's methods are: not shown, and replaceable. */
function define(target: object, methods: Methods): void {
  for (const [name, value] of Object.entries(methods)) {
    Object.defineProperty(target, name, {
      value,
      configurable: true,
      writable: true,
    });
  }
}
