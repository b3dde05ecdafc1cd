import { createHash } from 'node:crypto';

import type { RedisClient } from './redisStore';
import { scriptOf, type Step } from './scripts';

interface Script {
  readonly text: string;
  readonly sha: string;
}

const scripts = new Map<Step, Script>();

/**
 * Runs a step's script, by its digest where Redis has it already. Gives its JSON.
 *
 * @see https://redis.io/docs/latest/develop/programmability/eval-intro/
 */
export async function evaluate(
  client: RedisClient,
  step: Step,
  base: string,
  argument: object,
): Promise<string> {
  const { text, sha } = scriptFor(step);
  const rest = ['1', base, JSON.stringify(argument)];
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
  // A client may be set to give buffers.
  if (typeof reply === 'string' || Buffer.isBuffer(reply)) return String(reply);
  throw new TypeError('Redis answered nothing that a script of ours gives');
}

function scriptFor(step: Step): Script {
  let script = scripts.get(step);
  if (!script) {
    const text = scriptOf(step);
    const sha = createHash('sha1').update(text).digest('hex');
    script = { text, sha };
    scripts.set(step, script);
  }
  return script;
}
