import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import type { RedisClient } from './redisStore';

/** The steps of the port. Each is a file `STEP.lua` beside this one. */
const STEPS = [
  'acquire',
  'renew',
  'release',
  'forget',
  'leasesOn',
  'expired',
  'claimExpired',
  'requeue',
  'nameOn',
  'namesOn',
  'settle',
  'setName',
  'deleteName',
] as const;

export type Step = (typeof STEPS)[number];

interface Script {
  readonly text: string;
  readonly sha: string;
}

export type Scripts = Readonly<Record<Step, Script>>;

/** Reads the steps' scripts from their files. */
export function loadScripts(): Scripts {
  const read = (name: string) =>
    readFileSync(path.join(__dirname, `${name}.lua`), 'utf8');
  const prelude = read('prelude');
  const scriptOf = (step: Step): Script => {
    const text = prelude + read(step);
    return { text, sha: createHash('sha1').update(text).digest('hex') };
  };
  const scripts = STEPS.map((step) => [step, scriptOf(step)] as const);
  return Object.fromEntries(scripts) as Record<Step, Script>;
}

/**
 * Runs a script, by its digest where Redis has it already. Returns its JSON.
 *
 * @see https://redis.io/docs/latest/develop/programmability/eval-intro/
 */
export async function evaluate(
  client: RedisClient,
  { text, sha }: Script,
  base: string,
  args: object,
): Promise<string> {
  const rest = ['1', base, JSON.stringify(args)];
  let reply: unknown;
  try {
    reply = await client.sendCommand(['EVALSHA', sha, ...rest]);
  } catch (error) {
    // Redis forgets its scripts when it restarts.
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) {
      throw error;
    }
    reply = await client.sendCommand(['EVAL', text, ...rest]);
  }
  // A client may be configured to return buffers.
  if (typeof reply === 'string' || Buffer.isBuffer(reply)) return String(reply);
  throw new TypeError('Redis answered nothing that a script of ours returns');
}
