import type { MessengerClient } from 'bottender';

import { messenger } from '../channels/messenger';
import type { EphemeralPersona } from '../profile';
import { methodDescriptors } from '../util/methodDescriptors';
import type { Runtime } from '../runtime';
import { optionsOf } from '../sending/arguments';
import type { Original } from '../sending/call';
import { send } from '../sending/send';
import { ClientPersonas } from '../speaking/clientPersonas';
import { checkRun } from '../speaking/toTheEnd';

import { lineOf } from './methods';
import type { PersonaClient } from './personaClient';
import { speakerOver } from './speakers';

/** Before a client's arguments stands the recipient. */
const LEAD = 1;

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
  const added: Methods = {
    ...sendingMethods(client, personas),
    as: (...given) =>
      speakerOver(covered, personas, personas.keep(...given), messenger),
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
  };
  Object.defineProperties(covered, {
    ...propertiesOf(client),
    ...methodDescriptors(added),
  });
  return covered as PersonaClient<C, Name>;
}

/** The methods that can carry a persona, as far as the client has them. */
function sendingMethods(
  client: MessengerClient,
  personas: ClientPersonas,
): Methods {
  const found: Methods = {};
  for (const [method, place] of Object.entries(messenger.methods)) {
    if (!(method in client)) continue;
    found[method] = (...args) => {
      const original = methodOf(client, method);
      const options = optionsOf(args, place.at + LEAD);
      const occasion = personas.occasionWith(args[0], options?.accessToken);
      const call = { place, args, lead: LEAD, self: client, original };
      return send(personas, call, occasion);
    };
  }
  return found;
}

/** All methods and accessors of the client's classes, called on the client. */
function propertiesOf(client: MessengerClient): PropertyDescriptorMap {
  const found: PropertyDescriptorMap = {};
  const [, ...classes] = lineOf(client);
  for (const from of classes.reverse()) {
    for (const name of Object.getOwnPropertyNames(from)) {
      if (name === 'constructor') continue;
      const property = Object.getOwnPropertyDescriptor(from, name);
      if (typeof property?.value === 'function') {
        const value = (...args: unknown[]) =>
          methodOf(client, name).apply(client, args);
        Object.assign(found, methodDescriptors({ [name]: value }));
      } else if (property?.get) {
        const get = (): unknown => Reflect.get(client, name);
        const set = (value: unknown) => Reflect.set(client, name, value);
        found[name] = { get, set: property.set && set, configurable: true };
      }
    }
  }
  return found;
}

/** What the client has under this name now: tests and tools may have put another there. */
function methodOf(client: MessengerClient, name: string): Original {
  return Reflect.get(client, name) as Original;
}

/** What a function gives, or throws, as an async function would. */
function promised(run: () => unknown): Promise<unknown> {
  return new Promise((resolve) => resolve(run()));
}
