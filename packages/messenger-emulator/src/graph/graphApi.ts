import { setTimeout as wait } from 'node:timers/promises';
import type { UploadedFile } from '../values/uploadedFile';
import type { Faults } from './faults';
import { GraphError } from '../values/graphError';
import type { Json, JsonObject } from '../values/json';
import type { Receipts } from '../world/receipts';
import type { LoggedCall } from '../world/requestLog';
import type { World } from '../world/world';
import { runBatch } from './batch';
import type { GraphAnswer, GraphCall } from './call';
import { describeCall } from './describeCall';
import { applyMethodOverride } from './methodOverride';
import { route } from './routes';
import { checkVersion, describeExpiry, servedVersion } from './version';

const MAX_ECHO_WAIT_MS = 5000;

/** The Graph API: applies faults, executes calls and logs both. */
export class GraphApi {
  constructor(
    private readonly world: World,
    private readonly faults: Faults,
    private readonly receipts: Receipts,
    private readonly closing: AbortSignal,
  ) {}

  /** Answers a request. Never throws. */
  async answer(given: GraphCall): Promise<GraphAnswer> {
    let call: GraphCall;
    try {
      call = applyMethodOverride(given);
    } catch (error) {
      return this.refuse(given, error);
    }
    const hit = this.faults.hit(call.method, call.path, false);
    await this.#delay(hit.delayMs);
    const isBroken = hit.connection !== undefined;
    const isCarriedOut = !hit.error && hit.connection !== 'break-before';
    const answer = isCarriedOut
      ? await execute(() => this.#run(call))
      : refusal(hit.error ?? new GraphError('The connection was broken'));
    if (this.world.settings.echoBeforeAnswer) await this.#waitForEcho();
    this.#log(call, answer, isBroken);
    const version = servedVersion(call.version, this.world.clock.now());
    return { ...answer, version, broken: isBroken };
  }

  /** Logs and answers a request that could not be read. */
  refuse(call: GraphCall, error: unknown): GraphAnswer {
    const answer = toRefusal(error);
    this.#log(call, answer, false);
    return answer;
  }

  /** Logs and answers a request that another website's page has sent. */
  refuseForeign(call: GraphCall, error: GraphError): GraphAnswer {
    const answer = refusal(error);
    this.world.requests.addForeign(this.#describe(call, answer, false));
    return answer;
  }

  async #run(call: GraphCall): Promise<Json> {
    if (call.method !== 'POST' || call.path !== '/') {
      return route(this.world, call);
    }
    checkVersion(call.version, call.path, this.world.clock.now());
    return runBatch(call, (item) => this.#answerItem(item));
  }

  async #answerItem(given: GraphCall): Promise<GraphAnswer> {
    const item = applyMethodOverride(given);
    const hit = this.faults.hit(item.method, item.path, true);
    await this.#delay(hit.delayMs);
    const answer = hit.error
      ? refusal(hit.error)
      : await execute(() => route(this.world, item));
    this.#log(item, answer, false);
    return answer;
  }

  /** Limited, because a bot may accept the echo only after this answer. */
  async #waitForEcho(): Promise<void> {
    await Promise.race([
      this.receipts.delivered(),
      wait(MAX_ECHO_WAIT_MS, undefined, { ref: false }),
    ]);
  }

  async #delay(ms: number): Promise<void> {
    if (ms === 0) return;
    // Ends early when the emulator closes.
    await wait(ms, undefined, { signal: this.closing }).catch(() => undefined);
  }

  #log(call: GraphCall, answer: GraphAnswer, isBroken: boolean): void {
    this.world.requests.add(this.#describe(call, answer, isBroken));
  }

  #describe(
    call: GraphCall,
    answer: GraphAnswer,
    isBroken: boolean,
  ): LoggedCall {
    return {
      method: call.method,
      path: call.path,
      version: describeExpiry(call.version, this.world.clock.now()),
      personaId: call.parameters.text('persona_id') ?? null,
      hint: describeCall(call.parameters),
      status: isBroken ? 0 : answer.status,
      error: isBroken ? null : answer.error,
      request: { ...call.parameters.toObject(), ...fileSizes(call.files) },
      response: isBroken ? '' : answer.body,
    };
  }
}

/** Files are logged by their size. */
function fileSizes(files: UploadedFile[]): JsonObject {
  return Object.fromEntries(
    files.map(({ field, content }) => [field, `(${content.length} bytes)`]),
  );
}

async function execute(run: () => Promise<Json>): Promise<GraphAnswer> {
  try {
    return { status: 200, body: await run(), error: null };
  } catch (error) {
    return toRefusal(error);
  }
}

/** Answers an internal error of the emulator like Graph's "unknown error". */
function toRefusal(error: unknown): GraphAnswer {
  if (error instanceof GraphError) return refusal(error);
  const reason = error instanceof Error ? error.message : 'unknown';
  return refusal(
    new GraphError(`The emulator failed: ${reason}`, { status: 500, code: 1 }),
  );
}

function refusal(error: GraphError): GraphAnswer {
  const object = error.toObject();
  return {
    status: error.status,
    body: { error: { ...object } },
    error: object,
  };
}
