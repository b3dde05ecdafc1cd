import { AsyncResource } from 'node:async_hooks';
import { EventEmitter } from 'node:events';

import DataLoader from 'dataloader';
import PQueue from 'p-queue';
import { createClient } from 'redis';

import { startRedis } from '../support/redis';

type Send = () => Promise<unknown>;

/** A way from three blocks that run side by side to their sends. */
export interface Way {
  /** Called in each block, with its send. */
  hand(send: Send): unknown;
  /** Called after the blocks, outside of each. */
  after?(): Promise<unknown>;
  /** Ends what the way has started. */
  close?(): Promise<unknown>;
}

/** The ways by their names in docs/scopes-and-queues.md. */
export const WAYS: Record<string, () => Way | Promise<Way>> = {
  'what the block calls and awaits': () => ({ hand: (send) => send() }),

  '`setTimeout` in the block': () => ({
    hand: (send) =>
      new Promise((resolve) => setTimeout(() => resolve(send()), 1)),
  }),

  '[p-queue](https://www.npmjs.com/package/p-queue), one at a time': () => {
    const queue = new PQueue({ concurrency: 1 });
    return { hand: (send) => queue.add(send) };
  },

  'p-queue, no limit': () => {
    const queue = new PQueue();
    return { hand: (send) => queue.add(send) };
  },

  '[DataLoader](https://www.npmjs.com/package/dataloader)': () => {
    const loader = new DataLoader((sends: readonly Send[]) =>
      Promise.all(sends.map((send) => send())),
    );
    return { hand: (send) => loader.load(send) };
  },

  'a listener of an `EventEmitter`, called outside': () =>
    emitted((send) => send),

  'the same, in `AsyncResource.bind()`': () =>
    emitted((send) => AsyncResource.bind(send)),

  'a subscriber of [redis](https://www.npmjs.com/package/redis)': subscribed,

  'an async generator of the block, drained outside': () => {
    const generators: AsyncGenerator[] = [];
    return {
      hand: (send) =>
        generators.push(
          (async function* () {
            yield await send();
          })(),
        ),
      async after() {
        for (const generator of generators) await generator.next();
      },
    };
  },
};

/** Each block listens, and the event comes from elsewhere. */
function emitted(listenerFor: (send: Send) => Send): Way {
  const elsewhere = new EventEmitter();
  const sent: Promise<unknown>[] = [];
  return {
    hand(send) {
      const listener = listenerFor(send);
      elsewhere.on('answer', () => sent.push(listener()));
    },
    after() {
      elsewhere.emit('answer');
      return Promise.all(sent);
    },
  };
}

/** Each block waits on a channel for the word of a human agent. */
async function subscribed(): Promise<Way> {
  const server = await startRedis();
  const publisher = await createClient({ url: server.url }).connect();
  const subscriber = await publisher.duplicate().connect();
  const sent: Promise<unknown>[] = [];
  return {
    hand(send) {
      const channel = `answer:${sent.length}`;
      let answer = () => {};
      const answered = new Promise<void>((resolve) => {
        answer = () => resolve(send().then(() => undefined));
      });
      sent.push(answered);
      return subscriber.subscribe(channel, answer);
    },
    async after() {
      for (const index of sent.keys()) {
        await publisher.publish(`answer:${index}`, 'here');
      }
      await Promise.all(sent);
    },
    async close() {
      subscriber.destroy();
      publisher.destroy();
      await server.close();
    },
  };
}
