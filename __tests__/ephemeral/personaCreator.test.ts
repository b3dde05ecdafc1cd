import { PersonaRefusedError } from 'bottender-persona';

import { Leases } from '../../src/ephemeral/leases';
import { PersonaCreator } from '../../src/ephemeral/personaCreator';
import { ephemeralSlot, slotOf } from '../../src/ephemeral/pool';
import type { Page } from '../../src/graph/page';
import type { PersonaProfile } from '../../src/profile';
import { noStats } from '../../src/stats';
import { MemoryStore } from '../../src/store/memory';
import { advanceTime, fakeTimers } from '../support/clock';
import { type Reply, startFakeGraph } from '../support/fakeGraph';
import { gate } from '../support/gate';
import { profile } from '../support/personas';

const GUEST = profile('Guest');
const SLOT = slotOf(GUEST);
const LEASE_MS = 60_000;
const MADE: Reply = { body: { id: '7' } };
const FORBIDDEN: Reply = { status: 400, body: { error: { code: 200 } } };
const BROKEN: Reply = { status: 500, body: {} };

const opened: Leases[] = [];

/** Two processes on one store; the second only looks what the first left there. */
function open() {
  const store = new MemoryStore();
  const report = jest.fn();
  const leases = new Leases(store, LEASE_MS, report);
  const others = new Leases(store, LEASE_MS, report);
  opened.push(leases, others);
  const endLate = jest.fn();
  const creator = new PersonaCreator(leases, noStats());
  const obtain = (page: Page, profile: PersonaProfile = GUEST) =>
    creator.obtain(page, ephemeralSlot(profile, false, endLate));
  return { store, leases, others, endLate, obtain };
}

const recorded = async (store: MemoryStore) =>
  (await store.leasesOn('1')).map(([, { id }]) => id);

afterEach(() => {
  // Or leases that are held go on being renewed, after the end of these tests too.
  for (const leases of opened.splice(0)) {
    for (const lease of leases.held()) lease.abandon();
  }
  jest.useRealTimers();
});

test('a persona is created under an intent, which then gets its ID', async () => {
  const { page, calls, bodies } = await startFakeGraph([MADE]);
  const { obtain, leases, store, endLate } = open();
  const made = await obtain(page);
  expect(made).toMatchObject({ id: '7', isJoined: false });
  expect(leases.held()).toEqual([made]);
  expect(await recorded(store)).toEqual(['7']);
  expect(calls).toHaveLength(1);
  expect(JSON.parse(bodies[0] ?? '')).toEqual({
    name: 'Guest',
    profile_picture_url: GUEST.profilePictureUrl,
  });
  expect(endLate).not.toHaveBeenCalled();
});

test('a persona that another process has created is used', async () => {
  const { page, calls } = await startFakeGraph([MADE]);
  const { obtain, others } = open();
  const theirs = await others.acquire(page, GUEST, SLOT);
  await theirs?.complete('9');
  const made = await obtain(page);
  expect(made).toMatchObject({ id: '9', isJoined: true });
  expect(made.key).toBe(theirs?.key);
  expect(calls).toEqual([]);
});

test('a persona that another process is creating is waited for by polling', async () => {
  const { page, calls } = await startFakeGraph([MADE]);
  const { obtain, others, store } = open();
  const looks = jest.spyOn(store, 'acquire');
  const theirs = await others.acquire(page, GUEST, SLOT);
  const making = obtain(page);
  setTimeout(() => void theirs?.complete('9'), 250);
  expect(await making).toMatchObject({ id: '9', isJoined: true });
  expect(calls).toEqual([]);
  // The first of them is the other process's own.
  expect(looks.mock.calls.length).toBeLessThanOrEqual(6);
});

describe('within four seconds', () => {
  test('waiting for another process ends', async () => {
    const { page, calls } = await startFakeGraph([MADE]);
    fakeTimers();
    const { obtain, others, leases, store } = open();
    await others.acquire(page, GUEST, SLOT);
    const making = obtain(page).catch((e: unknown) => e);
    await jest.advanceTimersByTimeAsync(4000);
    const error = (await making) as PersonaRefusedError;
    expect(error).toBeInstanceOf(PersonaRefusedError);
    expect(error).toMatchObject({
      reason: 'not-created',
      persona: 'Guest',
      pageId: '1',
    });
    expect(calls).toEqual([]);
    expect(leases.isNoneHeld).toBe(true);
    const looks = jest.spyOn(store, 'acquire');
    await jest.advanceTimersByTimeAsync(10_000);
    expect(looks).not.toHaveBeenCalled();
  });

  test('waiting for a free place ends, and the place is not taken later', async () => {
    const { page, calls } = await startFakeGraph([MADE]);
    fakeTimers();
    const { obtain, store } = open();
    const hanging = gate();
    const { page: stuck } = await startFakeGraph([
      { when: hanging.opened, fault: 'disconnect' },
    ]);
    const others = Array.from({ length: 16 }, (_, n) =>
      obtain(stuck, profile(`Other ${n}`)).catch(() => {}),
    );
    await jest.advanceTimersByTimeAsync(1000);
    const takes = jest.spyOn(store, 'acquire');
    const making = obtain(page).catch((e: unknown) => e);
    await jest.advanceTimersByTimeAsync(4000);
    expect(await making).toBeInstanceOf(PersonaRefusedError);
    hanging.open();
    await jest.advanceTimersByTimeAsync(10_000);
    await Promise.all(others);
    expect(calls).toEqual([]);
    expect(takes).not.toHaveBeenCalled();
  });

  test('a creation without an answer ends; others may create, and a late persona is ended', async () => {
    fakeTimers();
    const [asked, late] = [gate(), gate()];
    const { page } = await startFakeGraph(() => {
      asked.open();
      return { ...MADE, when: late.opened };
    });
    const { obtain, others, leases, endLate } = open();
    const making = obtain(page).catch((e: unknown) => e);
    await asked.opened;
    advanceTime(4000);
    const error = await making;
    expect(error).toBeInstanceOf(PersonaRefusedError);
    const [lease] = leases.held();
    const theirs = await others.acquire(page, GUEST, SLOT);
    expect(theirs?.isIntent).toBe(true);
    expect(endLate).not.toHaveBeenCalled();
    const ended = new Promise((resolve) => endLate.mockImplementation(resolve));
    late.open();
    expect(await ended).toBe(lease);
    expect(lease?.id).toBe('7');
    expect(endLate).toHaveBeenCalledTimes(1);
  });
});

test('the intent of a refused creation is removed, and nothing is tried again', async () => {
  const { page, calls } = await startFakeGraph([FORBIDDEN]);
  const { obtain, leases, store } = open();
  await expect(obtain(page)).rejects.toMatchObject({
    reason: 'not-created',
    persona: 'Guest',
    pageId: '1',
    failure: { code: 200 },
  });
  expect(calls).toHaveLength(1);
  expect(await recorded(store)).toEqual([]);
  expect(leases.isNoneHeld).toBe(true);
});

test('the intent of a creation that may have happened stays, and each try has its own', async () => {
  const { page, calls } = await startFakeGraph([BROKEN, BROKEN, MADE]);
  const { obtain, leases, store } = open();
  const made = await obtain(page);
  expect(made.id).toBe('7');
  expect(calls).toHaveLength(3);
  expect(await recorded(store)).toEqual([null, null, '7']);
  expect(leases.held()).toEqual([made]);
});
