import type { MessengerClient } from 'bottender';

import type { Runtime } from '../runtime';

import { coveredClient } from './coveredClient';
import type { PersonaClient } from './personaClient';

/** The clients that one `personas()` has given personas: one object for each. */
export class Clients<Name extends string> {
  private readonly covered = new WeakMap<object, object>();

  constructor(private readonly runtime: Runtime) {}

  of<C extends MessengerClient>(client: C): PersonaClient<C, Name> {
    const known = this.covered.get(client);
    if (known) return known as PersonaClient<C, Name>;
    const covered = coveredClient<C, Name>(client, this.runtime);
    this.covered.set(client, covered);
    // Whoever gives what was given here means the same client.
    this.covered.set(covered, covered);
    return covered;
  }
}
