import { inspect } from 'node:util';

import { KeyedLimiter } from '../../src/ephemeral/keyedLimiter';
import { gate, type Gate } from '../support/gate';

const settled = () => new Promise(setImmediate);

/** Jobs that end when they are told to, and the order in which they began. */
function jobs() {
  const begun: string[] = [];
  const gates = new Map<string, Gate>();
  const job = (name: string) => async () => {
    begun.push(name);
    const mine = gate();
    gates.set(name, mine);
    await mine.opened;
  };
  return { begun, job, end: (name: string) => gates.get(name)?.open() };
}

test('a limited number of jobs runs at once, the others in the order in which they came', async () => {
  const limiter = new KeyedLimiter(2);
  const { begun, job, end } = jobs();
  const [a, , c, d] = ['a', 'b', 'c', 'd'].map((name) =>
    limiter.run('1', job(name)),
  );
  expect(begun).toEqual(['a', 'b']);
  end('a');
  await a;
  await settled();
  expect(begun).toEqual(['a', 'b', 'c']);
  end('b');
  end('c');
  await c;
  await settled();
  expect(begun).toEqual(['a', 'b', 'c', 'd']);
  end('d');
  await d;
});

test('a job that fails frees its place like any other', async () => {
  const limiter = new KeyedLimiter(1);
  const { begun, job } = jobs();
  const failing = limiter.run('1', () => Promise.reject(new Error('no')));
  void limiter.run('1', job('next'));
  await expect(failing).rejects.toThrow('no');
  await settled();
  expect(begun).toEqual(['next']);
});

test('nothing is kept after the last job, and later jobs are independent of it', async () => {
  const limiter = new KeyedLimiter(1);
  const { begun, job, end } = jobs();
  const isEmpty = () => inspect(limiter).includes('Map(0)');
  const first = limiter.run('1', job('first'));
  const second = limiter.run('1', job('second'));
  end('first');
  await first;
  await settled();
  expect(isEmpty()).toBe(false);
  void limiter.run('1', job('third'));
  expect(begun).toEqual(['first', 'second']);
  end('second');
  await second;
  await settled();
  expect(begun).toEqual(['first', 'second', 'third']);
  end('third');
  await settled();
  expect(isEmpty()).toBe(true);
});

test('one Page does not wait for another', () => {
  const limiter = new KeyedLimiter(1);
  const { begun, job } = jobs();
  void limiter.run('1', job('a'));
  void limiter.run('1', job('b'));
  void limiter.run('2', job('c'));
  expect(begun).toEqual(['a', 'c']);
});
