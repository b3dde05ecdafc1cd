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

  async run(step: Step, pageId: string, args: object): Promise<Fields> {
    const { verb, text, sha } = this.steps[step];
    const key = `${this.redis.prefix}:{${pageId}}`;
    const rest = ['1', key, JSON.stringify(args)];
    const result = await this.guard.ask(verb, async () => {
      const reply = await this.send(
        ['EVALSHA', sha, ...rest],
        ['EVAL', text, ...rest],
      );
      return fieldsOf(JSON.parse(reply));
    });
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
  /** @param verb what the step does with the store, for errors */
  const load = (name: string, verb: string) => {
    const text = prelude + read(name);
    return { verb, text, sha: createHash('sha1').update(text).digest('hex') };
  };
  return {
    acquire: load('acquire', 'write to'),
    renew: load('renew', 'write to'),
    release: load('release', 'write to'),
    forget: load('forget', 'delete from'),
    leases: load('leases', 'read'),
    claimExpired: load('claimExpired', 'write to'),
    requeue: load('requeue', 'write to'),
    names: load('names', 'read'),
    settle: load('settle', 'write to'),
    writeName: load('writeName', 'write to'),
  };
}
