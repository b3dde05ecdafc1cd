import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { PersonaStoreError } from '../../errors';
import { reasonOf } from '../../util/reasonOf';
import type { BrokenValues } from '../broken';
import { propertiesOf, type Properties } from '../fields';
import type { Patience } from '../guard';

import type { ScriptRunner } from './clients';
import type { RedisGuards } from './guards';

/** While a cluster moves the keys of a Page; together as long as a handler waits. */
const MAX_ATTEMPTS = 10;
const ATTEMPT_MS = 100;

type Step = keyof ReturnType<typeof loadSteps>;

/** A Redis, and what the keys of a bot begin with. */
export interface RedisKeys {
  readonly runner: ScriptRunner;
  readonly prefix: string;
  readonly guards: RedisGuards;
}

/** The steps of the port as Lua scripts, each in a file `STEP.lua` beside this one. */
export class Scripts {
  private readonly steps = loadSteps();

  constructor(
    private readonly redis: RedisKeys,
    private readonly broken: BrokenValues,
  ) {}

  /** @param items passed as separate arguments, so that Lua can skip one that it cannot parse */
  async run(
    step: Step,
    pageId: string,
    args: object,
    items: readonly object[] = [],
  ): Promise<Properties> {
    const { verb, patience } = this.steps[step];
    const { guards } = this.redis;
    const page = `${this.redis.prefix}:{${pageId}}`;
    const keys = [page, `${page}:due`];
    const argv = [args, ...items].map((each) => JSON.stringify(each));
    const ask = async () => {
      const reply = await this.send(step, keys, argv);
      // A client may be configured to return buffers.
      if (typeof reply === 'string' || Buffer.isBuffer(reply)) {
        return propertiesOf(JSON.parse(String(reply)));
      }
      throw new TypeError(INVALID_REPLY);
    };
    // A handler may have messages for many conversations, each on a master of its own.
    const isHurried = step === 'conversation' && guards.isSuspect;
    const result = await guards.ask(
      pageId,
      verb,
      ask,
      isHurried ? 'hurried' : patience,
    );
    if (typeof result.broken === 'string') this.broken.found(result.broken);
    return result;
  }

  /** @see https://redis.io/docs/latest/develop/programmability/eval-intro/ */
  private async send(
    step: Step,
    keys: string[],
    args: string[],
  ): Promise<unknown> {
    const { text, sha } = this.steps[step];
    const { run } = this.redis.runner;
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
