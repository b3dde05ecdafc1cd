import fc from 'fast-check';

import type { Entry } from '../../example-bot/agents/conversation';
import { Desk } from '../../example-bot/agents/desk';
import { metadataOf } from '../../example-bot/agents/messages';

const ANA = { id: 'ana', name: 'Ana' };
const BEN = { id: 'ben', name: 'Ben' };
const PSID = '1001';

let now: number;
let desk: Desk;

beforeEach(() => {
  now = 1000;
  desk = new Desk(() => now);
});

const summary = () => desk.summaries()[0];
const texts = () => (desk.messages.in(PSID) ?? []).map(({ text }) => text);

function sent(text = 'Hello'): Entry {
  const entry = desk.messages.agentSaid(PSID, { name: 'Ana', text, key: text });
  if (!entry) throw new Error('There is no conversation.');
  return entry;
}

const statusOf = ({ id }: Entry) => desk.messages.withId(PSID, id)?.status;

describe('who has a customer', () => {
  it('the bot, until an agent takes over', () => {
    expect(desk.messages.customerSaid(PSID, { text: 'hi' })).toBe(false);
    expect(desk.wait(PSID)).toBe(true);
    now = 5000;
    expect(desk.wait(PSID)).toBe(true);
    expect(summary()).toMatchObject({ agentId: null, waitingSince: 1000 });
    expect(desk.messages.customerSaid(PSID, { text: 'hello?' })).toBe(false);

    desk.take(PSID, ANA);
    expect(summary()).toMatchObject({ agentId: 'ana', waitingSince: null });
    expect(desk.messages.customerSaid(PSID, { text: 'ah' })).toBe(true);
    expect(texts()).toEqual([
      'hi',
      'asked for a human',
      'hello?',
      'Ana took over',
      'ah',
    ]);
  });

  it('a colleague, to whom it is news', () => {
    desk.messages.customerSaid(PSID, { text: 'hi' });
    desk.take(PSID, ANA);
    expect(summary()?.unread).toBe(0);
    desk.handOver(PSID, ANA, BEN);
    expect(summary()).toMatchObject({ agentId: 'ben', unread: 1 });
    expect(texts().at(-1)).toBe('Ana handed over to Ben');
  });

  it('nobody, when the agent leaves: the customer waits again', () => {
    for (const psid of [PSID, '1002', '1003']) desk.wait(psid);
    desk.take(PSID, ANA);
    desk.take('1002', BEN);
    now = 9000;
    expect(desk.release(ANA)).toEqual([PSID]);
    expect(desk.agentOf('1002')).toBe('ben');
    expect(desk.isWaiting(PSID)).toBe(true);
    expect(
      desk.summaries().find(({ psid }) => psid === PSID)?.waitingSince,
    ).toBe(9000);
  });

  it('the bot again, which begins anew once', () => {
    desk.wait(PSID);
    expect(desk.hadAgent(PSID)).toBe(false);
    desk.take(PSID, ANA);
    expect(desk.end(PSID, 'handed back')).toBe(true);
    expect(desk.end(PSID, 'handed back')).toBe(false);
    expect([desk.hadAgent(PSID), desk.hadAgent(PSID)]).toEqual([true, false]);
  });
});

describe('what was said', () => {
  it('is once, though Messenger tells it twice', () => {
    desk.messages.customerSaid(PSID, { text: 'hi', mid: 'm1' });
    desk.messages.customerSaid(PSID, { text: 'hi', mid: 'm1' });
    const echo = { mid: 'm2', text: 'Hello!', isOurs: true };
    desk.messages.echoed(PSID, echo);
    desk.messages.echoed(PSID, echo);
    expect(texts()).toEqual(['hi', 'Hello!']);
  });

  it('is from the bot, from an agent or from the Page’s inbox', () => {
    desk.messages.customerSaid(PSID, { text: 'hi' });
    const entry = sent();
    desk.messages.echoed(PSID, { mid: 'm1', text: 'Bot here', isOurs: true });
    desk.messages.echoed(PSID, {
      mid: 'm2',
      text: 'Inbox here',
      isOurs: false,
    });
    desk.messages.echoed(PSID, {
      ...{ mid: 'm3', text: 'Hello', isOurs: true },
      metadata: metadataOf(entry),
    });
    expect(
      desk.messages.in(PSID)?.map(({ from, name, mid }) => [from, name, mid]),
    ).toEqual([
      ['customer', null, undefined],
      ['agent', 'Ana', 'm3'],
      ['bot', null, 'm1'],
      ['agent', 'Page inbox', 'm2'],
    ]);
  });

  it('has the name that the customer saw, in whatever order it is told', () => {
    desk.messages.customerSaid(PSID, { text: 'hi' });
    const adam = { name: 'Adam · AI', text: 'Hello' };
    desk.messages.botSaid(PSID, { ...adam, mid: 'm1' });
    desk.messages.echoed(PSID, { mid: 'm1', text: 'Hello', isOurs: true });
    desk.messages.echoed(PSID, { mid: 'm2', text: 'Hello', isOurs: true });
    desk.messages.botSaid(PSID, { ...adam, mid: 'm2' });
    const picture = 'https://example.com/pear.png';
    desk.messages.botSaid(PSID, { ...adam, text: '', mid: 'm3' });
    desk.messages.echoed(PSID, { mid: 'm3', text: '', picture, isOurs: true });
    expect(
      desk.messages
        .in(PSID)
        ?.slice(1)
        .map(({ name, text }) => [name, text]),
    ).toEqual([
      ['Adam · AI', 'Hello'],
      ['Adam · AI', 'Hello'],
      ['Adam · AI', ''],
    ]);
    expect(desk.messages.in(PSID)?.at(-1)?.picture).toBe(picture);
  });

  it('counts as unread until the agent has seen it', () => {
    desk.messages.customerSaid(PSID, { text: 'before' });
    desk.take(PSID, ANA);
    desk.messages.customerSaid(PSID, { text: 'one' });
    desk.messages.customerSaid(PSID, { text: 'two' });
    sent();
    expect(summary()?.unread).toBe(2);
    const [, , one] = desk.messages.in(PSID) ?? [];
    desk.read(PSID, one?.id ?? 0);
    expect(summary()?.unread).toBe(1);
    desk.read(PSID, 0);
    expect(summary()?.unread).toBe(1);
  });
});

describe('a message of an agent', () => {
  beforeEach(() => {
    desk.messages.customerSaid(PSID, { text: 'hi' });
  });

  it('goes on and never back', () => {
    const statuses = ['sending', 'sent', 'delivered', 'read'] as const;
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...statuses)), (updates) => {
        const entry = sent();
        for (const status of updates)
          desk.messages.update(PSID, entry.id, status);
        const furthest = Math.max(
          0,
          ...updates.map((each) => statuses.indexOf(each)),
        );
        expect(statusOf(entry)).toBe(statuses[furthest]);
      }),
    );
  });

  it('failed, and goes out again', () => {
    const entry = sent();
    desk.messages.update(PSID, entry.id, 'failed', { reason: 'No route' });
    expect(desk.messages.withId(PSID, entry.id)).toMatchObject({
      reason: 'No route',
    });
    expect(desk.messages.again(PSID, entry.id)?.status).toBe('sending');
    expect(desk.messages.again(PSID, entry.id)).toBeUndefined();
    expect(desk.messages.withId(PSID, entry.id)?.reason).toBeUndefined();
  });

  it('had no answer, but its echo says that it arrived', () => {
    const entry = sent();
    desk.messages.update(PSID, entry.id, 'failed', { reason: 'timeout' });
    const metadata = metadataOf(entry);
    desk.messages.echoed(PSID, {
      mid: 'm1',
      text: 'Hello',
      isOurs: true,
      metadata,
    });
    desk.messages.update(PSID, entry.id, 'failed', { reason: 'too late' });
    expect(desk.messages.withId(PSID, entry.id)).toMatchObject({
      status: 'sent',
      mid: 'm1',
      reason: undefined,
    });
  });

  it('is delivered and read by ID and by time', () => {
    const first = sent('first');
    const second = sent('second');
    const waiting = sent('waiting');
    desk.messages.update(PSID, first.id, 'sent', { mid: 'm1' });
    desk.messages.update(PSID, second.id, 'sent', { mid: 'm2' });
    desk.messages.delivered(PSID, ['m1'], 0);
    expect([first, second, waiting].map(statusOf)).toEqual([
      'delivered',
      'sent',
      'sending',
    ]);
    desk.messages.seen(PSID, now);
    expect([first, second, waiting].map(statusOf)).toEqual([
      'read',
      'read',
      'sending',
    ]);
  });
});

describe('what is kept', () => {
  it('is 500 entries and 100,000 characters of a conversation', () => {
    for (let count = 0; count < 600; count += 1) {
      desk.messages.customerSaid(PSID, { text: String(count) });
    }
    expect(texts()).toHaveLength(500);
    expect(texts().at(-1)).toBe('599');
    for (let count = 0; count < 60; count += 1) {
      desk.messages.customerSaid(PSID, { text: 'x'.repeat(5000) });
    }
    expect(texts().join('').length).toBeLessThanOrEqual(100_000);
    expect(texts()).toHaveLength(50);
  });

  it('is 200 conversations, first of those who wait or have an agent', () => {
    const gone: string[] = [];
    desk.conversations.on('gone', (psid) => gone.push(psid));
    desk.wait('waiting');
    for (let count = 0; count < 200; count += 1) {
      desk.messages.customerSaid(`c${count}`, { text: 'hi' });
    }
    expect(gone).toEqual(['c0']);
    for (let count = 1; count < 200; count += 1) desk.wait(`c${count}`);
    expect(desk.wait('one too many')).toBe(false);
    expect(desk.messages.customerSaid('one too many', { text: 'hi' })).toBe(
      false,
    );
    expect(desk.has('waiting')).toBe(true);
  });

  it('comes back after a restart, except what is broken', () => {
    desk.wait(PSID);
    desk.take(PSID, ANA);
    const entry = sent();
    const kept = JSON.parse(JSON.stringify(desk)) as unknown[];
    const after = new Desk(() => now);
    after.restore([null, { psid: 7 }, ...kept, { psid: 'x', entries: [3] }]);
    expect(after.summaries()[0]).toMatchObject({ psid: PSID, agentId: 'ana' });
    expect(after.messages.withId(PSID, entry.id)).toMatchObject({
      text: 'Hello',
      status: 'failed',
      reason: expect.stringContaining('may have arrived') as string,
    });
    expect(after.messages.in('x')).toEqual([]);
    const next = after.messages.agentSaid(PSID, { name: 'Ana', text: 'next' });
    expect(next?.id).toBeGreaterThan(entry.id);
    expect(next?.revision).toBeGreaterThan(entry.revision);
    new Desk().restore('nonsense');
  });
});
