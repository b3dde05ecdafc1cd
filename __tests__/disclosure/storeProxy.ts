import { createServer, connect, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

type Way = 'to the store' | 'from the store';

/** Sees what is sent, and returns whether nothing more is to pass. */
export type Watcher = (way: Way, text: string) => boolean;

/** The network between one process and its Redis, which a test can cut. */
export class StoreProxy {
  /** The keys of conversations that the process has named since the connection was restored. */
  readonly keys = new Set<string>();
  /** How often it has named one. */
  requests = 0;
  watcher: Watcher = () => false;
  private state: 'open' | 'paused' | 'refusing' | 'dropping' = 'open';
  private readonly sockets = new Set<Socket>();
  private readonly held: (() => void)[] = [];

  private constructor(
    private readonly server: Server,
    private readonly target: number,
  ) {
    server.on('connection', (socket: Socket) => this.join(socket));
  }

  static async start(target: number): Promise<StoreProxy> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new StoreProxy(server, target);
  }

  get url(): string {
    const { port } = this.server.address() as AddressInfo;
    return `redis://127.0.0.1:${port}`;
  }

  /** Connections stay, and nothing passes until `resume()`. */
  pause(): void {
    this.state = 'paused';
  }

  /** Connections end, and new ones do too. */
  refuse(): void {
    this.state = 'refusing';
    for (const socket of this.sockets) socket.destroy();
  }

  resume(): void {
    this.state = 'open';
    this.keys.clear();
    for (const pass of this.held.splice(0)) pass();
  }

  close(): void {
    this.refuse();
    this.server.close();
  }

  private join(socket: Socket): void {
    if (this.state === 'refusing') {
      socket.destroy();
      return;
    }
    const upstream = connect(this.target, '127.0.0.1');
    this.relay(socket, upstream, 'to the store');
    this.relay(upstream, socket, 'from the store');
  }

  private relay(from: Socket, to: Socket, way: Way): void {
    this.sockets.add(from);
    from.on('error', () => {});
    from.on('close', () => {
      this.sockets.delete(from);
      to.destroy();
    });
    from.on('data', (chunk) => {
      if (this.state === 'dropping') return;
      const text = chunk.toString('latin1');
      if (this.watcher(way, text)) this.state = 'dropping';
      else if (this.state === 'paused') this.held.push(() => to.write(chunk));
      else {
        if (way === 'to the store') this.note(text);
        to.write(chunk);
      }
    });
  }

  private note(text: string): void {
    for (const [, key = ''] of text.matchAll(/conversation:([\w-]{20,})/g)) {
      this.keys.add(key);
      this.requests += 1;
    }
  }
}
