import { AsyncResource } from 'node:async_hooks';
import { setImmediate as nextJob } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import type { PersonaHandle } from '../../src/ephemeral/handle';
import {
  changeSpeaker,
  innermostScope,
  keepCreated,
  runInScope,
  type ScopeOwner,
} from '../../src/speaking/scopes';
import {
  publicPersona,
  speakerFor,
  type ActiveSpeaker,
  type BlockSpeaker,
  type Decision,
  type EphemeralSpeaker,
} from '../../src/speaking/speaker';
import { profile } from '../support/personas';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const TURNS = 600;
const TURNS_A_JOB = 200;

const by = (speaker: ActiveSpeaker): Decision => ({
  speaker,
  decidedBy: 'withPersona',
});

const block = <T>(owner: ScopeOwner, persona: string, run: () => T): T =>
  runInScope(owner, by(speakerFor(persona)), run);

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
  const speakers: WeakRef<ActiveSpeaker>[] = [];
  let last: AsyncResource | undefined;
  for (let turn = 0; turn < TURNS; turn += 1) {
    const open = () => {
      const owner = ownerOf(turn);
      // Known to its scope alone, so that it can be seen whether that is still there.
      const speaker = speakerFor('7');
      owners.push(new WeakRef(owner));
      speakers.push(new WeakRef(speaker));
      runInScope(owner, by(speaker), () => {
        last = new AsyncResource('timer');
      });
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
  const counted = { owners: left(owners), scopes: left(speakers) };
  last?.emitDestroy();
  return counted;
}

test('a timer that opens a scope in each scope keeps only the innermost one', async () => {
  const owner: ScopeOwner = {};
  expect(await openInTurns(() => owner)).toEqual({ owners: 1, scopes: 1 });
});

test.each(['on a channel that creates none', 'of an ended block'])(
  'it knows the last few personas that were created for blocks: %s',
  async (kind) => {
    const owner: ScopeOwner = {};
    const created: WeakRef<BlockSpeaker>[] = [];
    const handle = { isActive: false } as PersonaHandle;
    let last = new AsyncResource('timer');
    for (let turn = 0; turn < TURNS; turn += 1) {
      const speaker: BlockSpeaker =
        kind === 'of an ended block'
          ? { kind: 'ephemeral', handle, profile: profile('Guest') }
          : { kind: 'uncreated', id: `${turn}`, profile: profile('Guest') };
      created.push(new WeakRef(speaker));
      last.runInAsyncScope(() => {
        runInScope(
          owner,
          by(speaker),
          () => {
            last = new AsyncResource('timer');
          },
          speaker,
        );
      });
    }
    await nextJob();
    collect();
    const left = created.filter((ref) => ref.deref());
    last.emitDestroy();
    expect(left.length).toBeGreaterThanOrEqual(10);
    expect(left.length).toBeLessThan(20);
  },
);

test('of two contexts that take turns, the innermost scope of each is kept', async () => {
  const pair: ScopeOwner[] = [{}, {}];
  const ownerOf = (turn: number) => pair[turn % 2] ?? {};
  expect(await openInTurns(ownerOf)).toEqual({ owners: 2, scopes: 2 });
});

test('a context that no one refers to any more is not kept by a scope', async () => {
  const old: ScopeOwner = {};
  const left = await openInTurns((turn) => (turn === 0 ? old : {}));
  // Those since the last collection may be there still.
  expect(left.owners).toBeLessThan(2 * TURNS_A_JOB);
  expect(left.scopes).toBeLessThan(2 * TURNS_A_JOB);
});

test('the speaker of a context is found through any number of scopes of others', () => {
  const [a, b, c]: [ScopeOwner, ScopeOwner, ScopeOwner] = [{}, {}, {}];
  const speakers = () =>
    [a, b, c].map((owner) => {
      const scope = innermostScope(owner);
      return scope && publicPersona(scope.decision.speaker);
    });
  block(a, 'outer a', () => {
    block(b, 'b', () => {
      block(c, 'c', () => {
        block(a, 'inner a', () => {
          expect(speakers()).toEqual(['inner a', 'b', 'c']);
        });
        expect(speakers()).toEqual(['outer a', 'b', 'c']);
      });
      expect(speakers()).toEqual(['outer a', 'b', undefined]);
    });
  });
  expect(speakers()).toEqual([undefined, undefined, undefined]);
});

test('a change by usePersona in an outer scope applies inside and afterwards', () => {
  const [a, b]: [ScopeOwner, ScopeOwner] = [{}, {}];
  const changed = by(speakerFor('changed'));
  block(a, 'a', () => {
    block(b, 'b', () => {
      block(b, 'inner b', () => {
        expect(changeSpeaker(innermostScope(a), changed)).toBe(true);
      });
      expect(innermostScope(a)?.decision).toBe(changed);
    });
    expect(innermostScope(a)?.decision).toBe(changed);
  });
});

test('nested sends of a speaker keep its persona once', () => {
  const owner: ScopeOwner = {};
  const waitFor = jest.fn();
  const handle = { isActive: true, waitFor } as unknown as PersonaHandle;
  const guest: EphemeralSpeaker = {
    kind: 'ephemeral',
    handle,
    profile: profile('Guest'),
  };
  const speak = (turns: number): void => {
    if (turns > 0) runInScope(owner, by(guest), () => speak(turns - 1), guest);
    else
      void keepCreated(innermostScope(owner)?.created ?? [], Promise.resolve());
  };
  speak(100);
  expect(waitFor).toHaveBeenCalledTimes(1);
});
