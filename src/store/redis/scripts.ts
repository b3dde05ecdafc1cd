import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { PersonaStoreError } from '../../errors';
import { evictOldest } from '../../util/evictOldest';
import { reasonOf } from '../../util/failures';
import { propertiesOf, type Properties } from '../../util/values';
import type { BrokenValues } from '../broken';
import { StoreGuard, type Patience } from '../guard';

import type { ScriptRunner } from './clients';

/** While a cluster moves the keys of a Page; together as long as a handler waits. */
const MAX_ATTEMPTS = 10;
const ATTEMPT_MS = 100;
/** Pages and conversations of a cluster for which it is known whether their master answers. */
const MAX_GUARDS = 10_000;
/** After a failure, the master of another conversation may be away too. */
const SUSPECT_MS = 10_000;

/** A client may queue calls until it is connected again. Further conversations go on without a cluster that is away. */
const MAX_UNANSWERED = 10_000;

type Step = keyof ReturnType<typeof loadSteps>;

/**
 * @param about the Page, or the conversation
 * @param items passed as separate arguments, so that Lua can skip one that it cannot parse
 */
export type RunStep = (
  step: Step,
  about: string,
  args: object,
  items?: readonly object[],
) => Promise<Properties>;

/** The steps of the port as Lua scripts, each in a file `STEP.lua` beside this one. */
export class Scripts {
  private readonly steps = loadSteps();
  private readonly guards = new Map<string, StoreGuard>();
  private failedAt = -Infinity;
  private unanswered = 0;

  /** @param prefix what the keys of a bot begin with */
  constructor(
    private readonly runner: ScriptRunner,
    private readonly prefix: string,
  ) {}

  reportingTo(broken: BrokenValues): RunStep {
    return async (step, about, args, items = []) => {
      const result = await this.ask(step, about, [args, ...items]);
      if (typeof result.broken === 'string') broken.found(result.broken);
      return result;
    };
  }

  private async ask(
    step: Step,
    about: string,
    args: readonly object[],
  ): Promise<Properties> {
    const { verb, patience } = this.steps[step];
    const page = `${this.prefix}:{${about}}`;
    const keys = [page, `${page}:due`];
    const argv = args.map((each) => JSON.stringify(each));
    // A handler may have messages for many conversations, each on a master of its own.
    const isHurried =
      step === 'conversation' &&
      this.runner.isCluster &&
      performance.now() - this.failedAt < SUSPECT_MS;
    const run = async () => {
      if (isHurried && this.unanswered >= MAX_UNANSWERED) {
        throw new Error('it has not answered the last calls');
      }
      this.unanswered += 1;
      const reply = await this.send(step, keys, argv).finally(() => {
        this.unanswered -= 1;
      });
      // A client may be configured to return buffers.
      if (typeof reply === 'string' || Buffer.isBuffer(reply)) {
        return propertiesOf(JSON.parse(String(reply)));
      }
      throw new TypeError(INVALID_REPLY);
    };
    try {
      const guard = this.guardOf(about);
      return await guard.ask(verb, run, isHurried ? 'hurried' : patience);
    } catch (error) {
      this.failedAt = performance.now();
      throw error;
    }
  }

  /** In a cluster, a Page that waits for its master costs the other Pages nothing. */
  private guardOf(about: string): StoreGuard {
    const key = this.runner.isCluster ? about : '';
    const guard = this.guards.get(key) ?? new StoreGuard();
    this.guards.set(key, guard);
    evictOldest(this.guards, MAX_GUARDS);
    return guard;
  }

  /** @see https://redis.io/docs/latest/develop/programmability/eval-intro/ */
  private async send(
    step: Step,
    keys: string[],
    args: string[],
  ): Promise<unknown> {
    const { text, sha } = this.steps[step];
    const { run } = this.runner;
    let isLoaded = true;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await (isLoaded
          ? run('evalSha', sha, keys, args)
          : run('eval', text, keys, args));
      } catch (error) {
        // Redis forgets its scripts when it restarts.
        if (isLoaded && isReply(error, 'NOSCRIPT')) isLoaded = false;
        // A cluster is moving the keys of the Page to another node.
        else if (attempt < MAX_ATTEMPTS && isReply(error, 'TRYAGAIN')) {
          await sleep(ATTEMPT_MS);
        } else throw error;
      }
    }
  }
}

/** Valkey GLIDE puts its own words before the code, which it spells `NoScriptError`. */
function isReply(error: unknown, code: 'NOSCRIPT' | 'TRYAGAIN'): boolean {
  return new RegExp(`\\b${code}`, 'i').test(reasonOf(error));
}

const INVALID_REPLY = 'Redis answered nothing that a script of ours returns';

export function invalidReply(): PersonaStoreError {
  return new PersonaStoreError('use', INVALID_REPLY);
}

function loadSteps() {
  const read = (name: string) =>
    readFileSync(path.join(__dirname, `${name}.lua`), 'utf8');
  const prelude = read('prelude');
  /**
   * @param verb what the step does with the store, for errors
   * @param patience `patient` where no handler waits for it
   */
  const load = (name: string, verb: string, patience?: Patience) => {
    const text = prelude + read(name);
    const sha = createHash('sha1').update(text).digest('hex');
    return { verb, patience, text, sha };
  };
  return {
    acquire: load('acquire', 'write to'),
    renew: load('renew', 'write to', 'patient'),
    release: load('release', 'write to'),
    forget: load('forget', 'delete from'),
    leases: load('leases', 'read'),
    expired: load('leases', 'read', 'patient'),
    claimExpired: load('claimExpired', 'write to', 'patient'),
    requeue: load('requeue', 'write to', 'patient'),
    names: load('names', 'read'),
    settle: load('settle', 'write to'),
    conversation: load('conversation', 'write to'),
  };
}
