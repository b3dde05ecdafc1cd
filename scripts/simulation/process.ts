import { checkOptions } from '../../src/checkOptions';
import { PersonaHandle } from '../../src/ephemeral/handle';
import type { PersonaProfile } from '../../src/profile';
import { createRuntime, type Runtime } from '../../src/runtime';
import type { MemoryStore } from '../../src/store/memory';
import type { Page } from '../../src/graph/page';

import type { CountedPage } from './messenger';

/** The number of leases in one command of the Redis port. */
const MAX_RENEWALS = 200;

/** Counts the store's commands. */
export interface Commands {
  all: number;
  renewals: number;
}

/** A process of the fleet: the library itself, on a store that all processes share. */
export class SimulatedProcess {
  private isDead = false;
  private readonly runtime: Runtime;
  private readonly page: Page;
  asPage = 0;

  constructor(
    messenger: CountedPage,
    store: MemoryStore,
    private readonly commands: Commands,
    options: { lingerMs: number; leaseMs: number },
  ) {
    const settings = checkOptions({ ephemeral: options });
    const onCleanupError = () => {};
    this.runtime = createRuntime({
      ...settings,
      onCleanupError,
      store: this.mortal(store),
    });
    this.page = {
      id: messenger.id,
      client: messenger.client(() => this.isDead),
    };
    this.runtime.sweeper.notice(this.page.id, this.page.client);
  }

  /** Sends one message by this agent. */
  async say(agent: PersonaProfile, send: () => Promise<void>): Promise<void> {
    const { pool } = this.runtime;
    try {
      const handle = await PersonaHandle.take(pool, this.page, agent);
      await send();
      void handle.release();
    } catch {
      this.asPage += 1;
      await send();
    }
  }

  /** Stops all effects, as SIGKILL does. */
  die(): void {
    this.isDead = true;
    this.runtime.sweeper.close();
  }

  /** The store, with counted commands; without answers once the process is dead. */
  private mortal(store: MemoryStore): MemoryStore {
    return new Proxy(store, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]): unknown => {
          if (this.isDead) return new Promise(() => {});
          const many =
            name === 'renew' && Array.isArray(args[0]) ? args[0].length : 1;
          this.commands.all += Math.ceil(many / MAX_RENEWALS);
          if (name === 'renew') this.commands.renewals += many;
          return Reflect.apply(value, target, args);
        };
      },
    });
  }
}
