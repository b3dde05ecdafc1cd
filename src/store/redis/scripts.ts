import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import type { BrokenValues } from '../broken';
import { fieldsOf, type Fields } from '../fields';
import { StoreGuard } from '../guard';

import type { RedisStore } from './redisStore';

type Step = keyof ReturnType<typeof loadSteps>;

/** The steps of the port as Lua scripts, each in a file `STEP.lua` beside this one. */
export class Scripts {
  private readonly guard = new StoreGuard();
  private readonly steps = loadSteps();

  constructor(
    private readonly redis: RedisStore,
    private readonly broken: BrokenValues,
  ) {}

  /** @param items each as an argument of its own: one that is no JSON to Lua costs no other */
  async run(
    step: Step,
    pageId: string,
    args: object,
    items: readonly object[] = [],
  ): Promise<Fields> {
    const { verb, isPatient, text, sha } = this.steps[step];
    const key = `${this.redis.prefix}:{${pageId}}`;
    const argv = [args, ...items].map((each) => JSON.stringify(each));
    const rest = ['1', key, ...argv];
    const ask = async () => {
      const reply = await this.send(
        ['EVALSHA', sha, ...rest],
        ['EVAL', text, ...rest],
      );
      return fieldsOf(JSON.parse(reply));
    };
    const result = await this.guard.ask(verb, ask, isPatient);
    if (typeof result.broken === 'string') this.broken.found(result.broken);
    return result;
  }

  /** @see https://redis.io/docs/latest/develop/programmability/eval-intro/ */
  private async send(byDigest: string[], byText: string[]): Promise<string> {
    const { client } = this.redis;
    const reply = await client.sendCommand(byDigest).catch((error: unknown) => {
      // Redis forgets its scripts when it restarts.
      const isForgotten =
        error instanceof Error && error.message.startsWith('NOSCRIPT');
      if (!isForgotten) throw error;
      return client.sendCommand(byText);
    });
    // A client may be configured to return buffers.
    if (typeof reply === 'string' || Buffer.isBuffer(reply)) {
      return String(reply);
    }
    throw invalidReply();
  }
}

export function invalidReply(): TypeError {
  return new TypeError('Redis answered nothing that a script of ours returns');
}

function loadSteps() {
  const read = (name: string) =>
    readFileSync(path.join(__dirname, `${name}.lua`), 'utf8');
  const prelude = read('prelude');
  /**
   * @param verb what the step does with the store, for errors
   * @param isPatient whether no handler waits for it
   */
  const load = (name: string, verb: string, isPatient = false) => {
    const text = prelude + read(name);
    const sha = createHash('sha1').update(text).digest('hex');
    return { verb, isPatient, text, sha };
  };
  return {
    acquire: load('acquire', 'write to'),
    renew: load('renew', 'write to', true),
    release: load('release', 'write to'),
    forget: load('forget', 'delete from'),
    leases: load('leases', 'read', true),
    claimExpired: load('claimExpired', 'write to', true),
    requeue: load('requeue', 'write to', true),
    names: load('names', 'read'),
    settle: load('settle', 'write to'),
    writeName: load('writeName', 'write to'),
  };
}
