import { AsyncResource } from 'node:async_hooks';
import { setImmediate as nextJob } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import {
  innermostScope,
  inScope,
  keepMadeFor,
  type ScopeOwner,
} from '../../src/speaking/scope';
import {
  UnavailablePersona,
  type MadeForBlock,
} from '../../src/speaking/speaker';
import { PersonaRefusedError } from '../../src/errors';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const TURNS = 600;
const TURNS_A_JOB = 200;

const NOBODY = new PersonaRefusedError('unknown', '7', '1', { message: '' });

/**
 * Opens scopes, each in the asynchronous call tree of the one before, as a timer
 * does that opens a scope and sets the next timer in it.
 *
 * @returns what is left of the owners and scopes while the last is still open
 */
async function openInTurns(
  ownerOf: (turn: number) => ScopeOwner,
): Promise<{ owners: number; scopes: number }> {
  const owners: WeakRef<ScopeOwner>[] = [];
  const inForce: WeakRef<UnavailablePersona>[] = [];
  let last: AsyncResource | undefined;
  for (let turn = 0; turn < TURNS; turn += 1) {
    const open = () => {
      const owner = ownerOf(turn);
      // Known to its scope alone, so that it can be seen whether that is still there.
      const speaker = new UnavailablePersona(NOBODY);
      owners.push(new WeakRef(owner));
      inForce.push(new WeakRef(speaker));
      inScope(owner, speaker, () => (last = new AsyncResource('timer')));
    };
    if (last) last.runInAsyncScope(open);
    else open();
    // What a job has looked at through a WeakRef is kept to its end.
    if (turn % TURNS_A_JOB === 0) {
      await nextJob();
      collect();
    }
  }
  await nextJob();
  collect();
  const left = (refs: WeakRef<object>[]) =>
    new Set(refs.map((ref) => ref.deref()).filter((value) => value)).size;
  const counted = { owners: left(owners), scopes: left(inForce) };
  last?.emitDestroy();
  return counted;
}

test('a timer that opens a scope in a scope for ever keeps the innermost alone', async () => {
  const owner: ScopeOwner = {};
  expect(await openInTurns(() => owner)).toEqual({ owners: 1, scopes: 1 });
});

test('of two contexts that take turns the innermost of each is kept', async () => {
  const pair: ScopeOwner[] = [{}, {}];
  const ownerOf = (turn: number) => pair[turn % 2] ?? {};
  expect(await openInTurns(ownerOf)).toEqual({ owners: 2, scopes: 2 });
});

test('a new context each turn, around an old one, is not kept when nobody has it any more', async () => {
  const old: ScopeOwner = {};
  const left = await openInTurns((turn) => (turn === 0 ? old : {}));
  // Those since the last collection may be there still.
  expect(left.owners).toBeLessThan(2 * TURNS_A_JOB);
  expect(left.scopes).toBeLessThan(2 * TURNS_A_JOB);
});

test('who speaks on a context is found through any number of others’ scopes', () => {
  const [a, b, c]: [ScopeOwner, ScopeOwner, ScopeOwner] = [{}, {}, {}];
  const speakers = () =>
    [a, b, c].map((owner) => innermostScope(owner)?.inForce);
  inScope(a, 'outer a', () => {
    inScope(b, 'b', () => {
      inScope(c, 'c', () => {
        inScope(a, 'inner a', () => {
          expect(speakers()).toEqual(['inner a', 'b', 'c']);
        });
        expect(speakers()).toEqual(['outer a', 'b', 'c']);
      });
      expect(speakers()).toEqual(['outer a', 'b', undefined]);
    });
  });
  expect(speakers()).toEqual([undefined, undefined, undefined]);
});

test('what usePersona changes in an outer scope is seen inside and after', () => {
  const [a, b]: [ScopeOwner, ScopeOwner] = [{}, {}];
  inScope(a, 'a', () => {
    inScope(b, 'b', () => {
      inScope(b, 'inner b', () => {
        const scope = innermostScope(a);
        if (scope) scope.inForce = 'changed';
      });
      expect(innermostScope(a)?.inForce).toBe('changed');
    });
    expect(innermostScope(a)?.inForce).toBe('changed');
  });
});

test('a speaker’s sends, one within the other, keep its persona once', () => {
  const owner: ScopeOwner = {};
  const waitFor = jest.fn();
  const persona = {
    id: '7',
    profile: { name: 'Guest', profilePictureUrl: 'https://example.com/g.png' },
  };
  const made: MadeForBlock = { persona, isActive: true, waitFor };
  const speak = (turns: number): void => {
    if (turns > 0) inScope(owner, null, () => speak(turns - 1), made);
    else keepMadeFor(innermostScope(owner) ?? fail(), Promise.resolve());
  };
  speak(100);
  expect(waitFor).toHaveBeenCalledTimes(1);
});

function fail(): never {
  throw new Error('there is no scope');
}
