import { BlockModel, type Budget } from './model/blockModel';
import { NameModel, type NameBudget } from './model/nameModel';
import { search, type SearchResult } from './model/search';

/*
 * Every interleaving of processes that share one slot, on the steps of the memory
 * store, which the shared suite holds to be those of the Lua scripts. Each budget
 * is searched to its end.
 */

async function expectSafe(searching: Promise<SearchResult>): Promise<void> {
  const { violation, trace, states } = await searching;
  expect({ violation, trace }).toEqual({});
  // The search has visited states at all.
  expect(states).toBeGreaterThan(500);
}

describe('an ephemeral persona is deleted by its last user, never while it is used, and never left for good', () => {
  test.each<[string, Budget]>([
    ['two processes that begin twice', { blocks: [2, 2], slow: 1, ticks: 1 }],
    ['calls that overlap', { blocks: [1, 1], slow: 2, ticks: 1 }],
    ['three processes', { blocks: [1, 1, 1], slow: 1, ticks: 1 }],
    ['kills and stalls', { blocks: [1, 1], ticks: 4, kills: 1, stalls: 1 }],
    ['a kill of one of three', { blocks: [1, 1, 1], ticks: 3, kills: 1 }],
    [
      'a kill while calls overlap',
      { blocks: [1, 1], ticks: 1, slow: 1, kills: 1 },
    ],
    ['a stall of one of three', { blocks: [1, 1, 1], ticks: 3, stalls: 1 }],
    [
      'answers that never come',
      { blocks: [1, 1], slow: 1, ticks: 2, lostAnswers: 1 },
    ],
    [
      'calls that arrive twice',
      { blocks: [1, 1], slow: 1, ticks: 1, twice: 1 },
    ],
    ['data lost once', { blocks: [1, 1], ticks: 5, losses: 1 }],
    ['data lost twice', { blocks: [1], ticks: 8, losses: 2 }],
  ])('with %s', async (_what, budget) => {
    await expectSafe(search(new BlockModel(budget)));
  });
});

describe('a name has one persona', () => {
  test.each<[string, NameBudget]>([
    [
      'three processes, a kill and a stall',
      { messages: [1, 1, 1], kills: 1, stalls: 1 },
    ],
    ['data lost', { messages: [1, 1, 1], losses: 1, lists: 1 }],
    [
      'data lost, and a list read before',
      { messages: [1, 1], losses: 1, lists: 2 },
    ],
    ['deletions by others', { messages: [2, 1, 1], deletions: 2 }],
    [
      'data lost, and a deletion',
      { messages: [2, 2], losses: 1, deletions: 1 },
    ],
  ])('with %s', async (_what, budget) => {
    await expectSafe(search(new NameModel(budget)));
  });
});

/** What the protocol did once, and the fewest actions that go wrong with it. */
describe('the search finds the faults of earlier versions', () => {
  test.each<[string, () => Promise<SearchResult>, string, string[]]>([
    [
      'a renewal sent while the answer to a release is outstanding',
      () =>
        search(
          new BlockModel(
            { blocks: [1, 1], slow: 2, ticks: 1 },
            { renewsReleased: true },
          ),
        ),
      'no process was the last',
      [
        '0 begins a block',
        '0 creates persona 1',
        '1 begins a block',
        'time passes',
        '0 ends its block, slowly',
        'the release of 0 is carried out',
        '0 renews its lease',
        '1 ends its block',
        'the release of 0 is answered',
      ],
    ],
    [
      'a renewal that overtakes a release',
      () =>
        search(
          new BlockModel(
            { blocks: [1, 1], slow: 2, ticks: 1 },
            { sendsNoFence: true },
          ),
        ),
      'no process was the last',
      [
        '0 begins a block',
        '0 creates persona 1',
        '1 begins a block',
        'time passes',
        '0 renews its lease, slowly',
        '0 ends its block',
        'the renew of 0 is carried out',
        '1 ends its block',
        'the renew of 0 is answered',
      ],
    ],
    [
      'data lost twice within a lease',
      () =>
        search(
          new BlockModel({ blocks: [1], losses: 2 }, { abandonsUnknown: true }),
        ),
      'a persona is left for good',
      [
        '0 begins a block',
        '0 creates persona 1',
        'the store loses its data',
        '0 ends its block',
        'the store loses its data',
      ],
    ],
    [
      'a list read before another process creates',
      () =>
        search(
          new NameModel(
            { messages: [1, 1], losses: 1, lists: 1 },
            { trustsOldLists: true },
          ),
        ),
      'a name has two personas',
      [
        '0 reads the list for another name',
        '0 begins a message',
        '1 begins a message',
        '1 claims the name',
        '1 reads the list',
        '1 confirms its claim',
        '1 creates the persona',
        '1 settles the name',
        'the store loses its data',
        '0 claims the name',
        '0 confirms its claim',
        '0 creates the persona',
        '0 settles the name',
      ],
    ],
    [
      'an ID whose replacement is gone as well',
      () =>
        search(
          new NameModel(
            { messages: [2, 2], deletions: 2 },
            { trustsReplacements: true },
          ),
        ),
      'a replacement that is gone is remembered as unknown',
      [
        '0 begins a message',
        '0 claims the name',
        '0 reads the list',
        '0 confirms its claim',
        '0 creates the persona',
        '0 settles the name',
        '0 begins a message',
        '1 begins a message',
        'the personas are deleted',
        '0 sends it',
        '0 claims the name',
        '1 claims the name',
        '1 reads the list',
        '1 confirms its claim',
        '1 creates the persona',
        '1 settles the name',
        'the personas are deleted',
        '0 claims the name',
      ],
    ],
  ])('%s', async (_what, find, violation, trace) => {
    expect(await find()).toMatchObject({ violation, trace });
  });
});
