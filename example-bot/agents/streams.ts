import type { ServerResponse } from 'node:http';

/** A reader with more unread bytes than this is cut off. When it reconnects, it gets the whole state. */
const MAX_UNREAD_BYTES = 1024 * 1024;
/** Each browser has one stream, however many tabs it has. */
const MAX_STREAMS = 200;
const MAX_STREAMS_OF_ONE = 10;
/** Finds readers that are gone without a word. */
const HEARTBEAT_MS = 20_000;
/** The delay before a browser reconnects. */
const RETRY_MS = 500;

interface Stream {
  readonly response: ServerResponse;
  readonly agentId: string;
}

/** Server-sent events to the agents' browsers. Nothing is kept for readers that do not read. */
export class Streams {
  private readonly open = new Set<Stream>();
  private readonly heartbeat: NodeJS.Timeout;

  constructor() {
    const beat = () => this.send(': still here\n\n', [...this.open]);
    this.heartbeat = setInterval(beat, HEARTBEAT_MS).unref();
  }

  get count(): number {
    return this.open.size;
  }

  /**
   * Answers a request with a stream, which begins with the state.
   *
   * @param onEnd called once, when the stream has ended
   * @returns false if there are too many streams; nothing is answered then
   */
  start(
    response: ServerResponse,
    agentId: string,
    state: object,
    onEnd: () => void,
  ): boolean {
    const ofOne = [...this.open].filter((each) => each.agentId === agentId);
    if (this.open.size >= MAX_STREAMS || ofOne.length >= MAX_STREAMS_OF_ONE) {
      return false;
    }
    const stream = { response, agentId };
    this.open.add(stream);
    response.on('close', () => {
      this.open.delete(stream);
      onEnd();
    });
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write(`retry: ${RETRY_MS}\n\n`);
    response.write(encode('state', state));
    return true;
  }

  /** Sends an event to all, encoded once. */
  broadcast(name: string, data: object): void {
    if (this.open.size > 0) this.send(encode(name, data), [...this.open]);
  }

  /** Ends an agent's streams with an event. */
  end(agentId: string, name: string, data: object): void {
    for (const { response, agentId: of } of this.open) {
      if (of === agentId) response.end(encode(name, data));
    }
  }

  close(): void {
    clearInterval(this.heartbeat);
    for (const { response } of this.open) response.destroy();
  }

  private send(encoded: string, streams: readonly Stream[]): void {
    for (const { response } of streams) {
      if (response.writableEnded) continue;
      response.write(encoded);
      if (response.writableLength > MAX_UNREAD_BYTES) response.destroy();
    }
  }
}

/** JSON has no line breaks, which would end the event. */
function encode(name: string, data: object): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
