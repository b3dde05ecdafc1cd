import type { ServerResponse } from 'node:http';
import type { Backlog } from '../http/backlog';
import type { Change } from '../world/changes';
import type { World } from '../world/world';

/** A browser would wait for seconds; a restarted emulator is back sooner. */
const RECONNECT_MS = 500;
/** A reader with more waiting changes is cut off, and asks for the state again. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;
const MAX_WAITING_CHANGES = 20_000;
const MAX_STREAMS = 50;

/** One reader. Queues what it has not read yet, as buffers that all readers share. */
class EventStream {
  #waiting: Buffer[] = [];
  #waitingBytes = 0;

  constructor(readonly response: ServerResponse) {
    response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=UTF-8',
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
    });
    response.write(`retry: ${RECONNECT_MS}\n\n`);
    response.on('drain', () => this.#flush());
  }

  get waitingChanges(): number {
    return this.#waiting.length;
  }

  /** Sends the whole state, which replaces the changes in the queue. */
  sendState(state: Buffer): void {
    this.#waiting = [state];
    this.#waitingBytes = 0;
    if (!this.response.writableNeedDrain) this.#flush();
  }

  sendChange(change: Buffer): void {
    if (!this.response.writableNeedDrain) {
      this.response.write(change);
      return;
    }
    this.#waiting.push(change);
    this.#waitingBytes += change.length;
    const isBehind =
      this.#waitingBytes > MAX_WAITING_BYTES ||
      this.#waiting.length > MAX_WAITING_CHANGES;
    if (isBehind) this.response.destroy();
  }

  #flush(): void {
    if (this.#waiting.length === 0) return;
    const [first = Buffer.alloc(0), ...others] = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    // A state on its own may be large; avoid copying it.
    this.response.write(
      others.length > 0 ? Buffer.concat([first, ...others]) : first,
    );
  }
}

/**
 * Server-sent events: first `state` with everything, then each change under its
 * own name: `entry`, `undelivered`, `conversation`, `persona`, `profile`, `request`.
 */
export class EventStreams {
  readonly #streams = new Set<EventStream>();

  constructor(
    private readonly world: World,
    private readonly backlog: Backlog,
    private readonly closing: AbortSignal,
  ) {
    world.changes.subscribe((change) => this.#broadcast(change));
  }

  /** Answers a request with a stream, until the reader or the emulator closes it. */
  open(response: ServerResponse): void {
    const stream = new EventStream(response);
    this.#streams.add(stream);
    const end = () => response.destroy();
    this.closing.addEventListener('abort', end);
    response.on('close', () => {
      this.#streams.delete(stream);
      this.closing.removeEventListener('abort', end);
    });
    stream.sendState(encode('state', this.world.state()));
    this.backlog.check();
    if (this.#streams.size > MAX_STREAMS) this.#cutOffSlowest();
  }

  /** Encodes a change once for all readers. */
  #broadcast(change: Change): void {
    if (this.#streams.size === 0) return;
    if (change.type === 'reset') {
      const state = encode('state', this.world.state());
      for (const stream of this.#streams) stream.sendState(state);
    } else {
      const { type, ...data } = change;
      const encoded = encode(type, data);
      for (const stream of this.#streams) stream.sendChange(encoded);
    }
    this.backlog.check();
  }

  #cutOffSlowest(): void {
    const [oldest, ...others] = this.#streams;
    const slowest = others.reduce(
      (most, each) =>
        each.waitingChanges > (most?.waitingChanges ?? 0) ? each : most,
      oldest,
    );
    slowest?.response.destroy();
  }
}

function encode(name: string, data: object): Buffer {
  return Buffer.from(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
}
