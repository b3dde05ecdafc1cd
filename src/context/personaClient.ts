import type { MessengerClient } from 'bottender';

import { messenger } from '../channels/messenger';
import type { EphemeralPersona } from '../profile';
import type { Runtime } from '../runtime';
import { ClientPersonas } from '../speaking/clientPersonas';
import { checkRun } from '../speaking/runActions';
import { methodDescriptors } from '../util/methodDescriptors';

import { ClientFronts } from './clientFront';
import type { PersonaClient } from './clientTypes';
import { createHandle } from './handles';
import type { Method } from './rememberedMethods';
import { createSpeaker } from './speakers';

/** The clients that one `personas()` has given personas: one object for each. */
export class PersonaClients<Name extends string> {
  private readonly clients = new WeakMap<object, object>();

  constructor(private readonly runtime: Runtime) {}

  of<C extends MessengerClient>(client: C): PersonaClient<C, Name> {
    const known = this.clients.get(client);
    if (known) return known as PersonaClient<C, Name>;
    const created = createPersonaClient(client, this.runtime);
    this.clients.set(client, created);
    // Given what this gave, the same client is meant.
    this.clients.set(created, created);
    return created as PersonaClient<C, Name>;
  }
}

const FRONTS = new ClientFronts(messenger, true);

/** The front of a client, with persona methods. The client itself stays as it is. */
function createPersonaClient(
  client: MessengerClient,
  runtime: Runtime,
): object {
  const personas = new ClientPersonas(client, runtime);
  const front = FRONTS.create(client, personas);
  const methods: Record<string, Method> = {
    as: (...given) => createSpeaker(front, personas, given, messenger),
    withPersona: (persona, run) =>
      personas.with(persona, () => {
        checkRun('client.withPersona', run);
        return promised(() => run(front));
      }),
    createEphemeralPersona: (profile) =>
      createHandle(front, personas, profile, messenger),
    async withEphemeralPersona(profile, run) {
      checkRun('client.withEphemeralPersona', run);
      return personas.withEphemeral(profile, (id, checked) => {
        const persona: EphemeralPersona = { id, ...checked };
        return promised(() => run(persona, front));
      });
    },
  };
  return Object.defineProperties(front, methodDescriptors(methods));
}

/** What a function returns, or throws, as an async function would. */
function promised(run: () => unknown): Promise<unknown> {
  return new Promise((resolve) => resolve(run()));
}
