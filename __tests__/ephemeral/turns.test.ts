import { inspect } from 'node:util';

import { Turns } from '../../src/ephemeral/turns';
import { gate, type Gate } from '../support/gate';

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

test('so many at once have their turn, the others in the order in which they came', async () => {
  const turns = new Turns(2);
  const { begun, job, end } = jobs();
  const [a, , c] = ['a', 'b', 'c', 'd'].map((name) =>
    turns.enter('1', job(name)),
  );
  expect(begun).toEqual(['a', 'b']);
  end('a');
  await a?.over;
  expect(begun).toEqual(['a', 'b', 'c']);
  end('b');
  end('c');
  await c?.over;
  expect(begun).toEqual(['a', 'b', 'c', 'd']);
});

test('a place that is given up costs nothing, and whoever waits for it goes on', async () => {
  const turns = new Turns(1);
  const { begun, job, end } = jobs();
  const first = turns.enter('1', job('first'));
  for (let number = 0; number < 1000; number += 1) {
    const place = turns.enter('1', job(`${number}`));
    expect(place.leave()).toBe(true);
    await place.over;
  }
  const last = turns.enter('1', job('last'));
  expect(first.leave()).toBe(false);
  end('first');
  await first.over;
  expect(begun).toEqual(['first', 'last']);
  expect(last.leave()).toBe(false);
});

test('no more have their turn when somebody gives a place up', async () => {
  const turns = new Turns(1);
  const { begun, job, end } = jobs();
  const first = turns.enter('1', job('first'));
  turns.enter('1', job('impatient')).leave();
  turns.enter('1', job('second'));
  expect(begun).toEqual(['first']);
  end('first');
  await first.over;
  expect(begun).toEqual(['first', 'second']);
});

test('of what is over nothing is held, and what comes then is not mixed up with it', async () => {
  const turns = new Turns(1);
  const { begun, job, end } = jobs();
  const isEmpty = () => inspect(turns).includes('Map(0)');
  const first = turns.enter('1', job('first'));
  expect(isEmpty()).toBe(false);
  end('first');
  await first.over;
  expect(isEmpty()).toBe(true);
  turns.enter('1', job('second'));
  // Of its own it has none any more.
  expect(first.leave()).toBe(false);
  turns.enter('1', job('third'));
  expect(begun).toEqual(['first', 'second']);
});

test('one Page does not wait for another', () => {
  const turns = new Turns(1);
  const { begun, job } = jobs();
  turns.enter('1', job('a'));
  turns.enter('1', job('b'));
  turns.enter('2', job('c'));
  expect(begun).toEqual(['a', 'c']);
});

describe('a pause', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  test('keeps the turns of a Page from coming, and of no other', () => {
    const turns = new Turns(1);
    const { begun, job } = jobs();
    turns.pause('1', 1000);
    turns.enter('1', job('a'));
    turns.enter('2', job('b'));
    jest.advanceTimersByTime(999);
    expect(begun).toEqual(['b']);
    jest.advanceTimersByTime(1);
    expect(begun).toEqual(['b', 'a']);
  });

  test('leaves nothing behind', () => {
    const turns = new Turns(1);
    turns.pause('1', 1000);
    turns.enter('1', () => Promise.resolve()).leave();
    expect(inspect(turns)).toContain('Map(1)');
    jest.advanceTimersByTime(1000);
    expect(inspect(turns)).toContain('Map(0)');
  });

  test('that is begun anew lasts from then on', () => {
    const turns = new Turns(1);
    const { begun, job } = jobs();
    turns.pause('1', 1000);
    turns.enter('1', job('a'));
    jest.advanceTimersByTime(500);
    turns.pause('1', 2000);
    jest.advanceTimersByTime(1999);
    expect(begun).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(begun).toEqual(['a']);
  });
});
