import { listAll } from '../../src/graph/personaCalls';
import { startFakeGraph } from '../support/fakeGraph';
import { gate } from '../support/gate';

const UNREADABLE = {
  ok: false,
  failure: { status: 200, message: 'the response is not a list of personas' },
};
const REPEATING = {
  ok: false,
  failure: { status: 200, message: 'the list of personas repeats itself' },
};

/** A page of the list, with one persona of this ID; `after` leads on. */
function sheet(id: string, after?: string) {
  const next = after && 'https://graph.facebook.com/next';
  return { data: [{ id }], paging: { next, cursors: { after } } };
}

/** A Page whose list is given without a server: what is long would take long there. */
async function listing(sheetOf: (count: number) => object) {
  const { page } = await startFakeGraph([]);
  let count = 0;
  const request = jest
    .spyOn(page.client.axios, 'request')
    .mockImplementation(() => Promise.resolve({ data: sheetOf((count += 1)) }));
  return { page, request };
}

const idsOf = (personas: { id: string }[]) => personas.map(({ id }) => id);

describe('a list', () => {
  test('is complete at its end, also after an empty page', async () => {
    const { page, calls } = await startFakeGraph([
      { body: sheet('1', 'a') },
      { body: { ...sheet('', 'b'), data: [] } },
      { body: sheet('2') },
    ]);
    const list = await listAll(page);
    expect(list).toMatchObject({ ok: true, value: { isComplete: true } });
    expect(list.ok && idsOf(list.value.personas)).toEqual(['1', '2']);
    const queries = calls.map((call) => {
      const { searchParams } = new URL(call.split(' ')[1] ?? '', 'http://x');
      return [searchParams.get('limit'), searchParams.get('after')];
    });
    expect(queries).toEqual([
      ['100', null],
      ['100', 'a'],
      ['100', 'b'],
    ]);
  });

  test('is incomplete if an entry of any page could not be read', async () => {
    const { page } = await startFakeGraph([
      { body: { ...sheet('', 'a'), data: [null, { id: '1' }] } },
      { body: sheet('2') },
    ]);
    const list = await listAll(page);
    expect(list).toMatchObject({ ok: true, value: { isComplete: false } });
    expect(list.ok && idsOf(list.value.personas)).toEqual(['1', '2']);
  });

  test.each([[null], ['<html></html>'], [{}]])(
    'fails if one of its pages is %j',
    async (body) => {
      const { page } = await startFakeGraph([
        { body: sheet('1', 'a') },
        { body },
      ]);
      expect(await listAll(page)).toEqual(UNREADABLE);
    },
  );

  test('may have 300,000 entries on a page', async () => {
    const data = Array.from({ length: 300_000 }, (_, id) => ({ id: `${id}` }));
    const { page } = await listing(() => ({ data }));
    const list = await listAll(page);
    expect(list.ok && list.value.personas.length).toBe(300_000);
  });

  test('fails if its cursors repeat', async () => {
    const { page, calls } = await startFakeGraph(({ count }) => ({
      body: sheet('1', count % 2 ? 'a' : 'b'),
    }));
    expect(await listAll(page)).toEqual(REPEATING);
    expect(calls).toHaveLength(3);
  });

  test('fails if its cursors never end', async () => {
    const { page, request } = await listing((count) => sheet('1', `${count}`));
    expect(await listAll(page)).toEqual({
      ok: false,
      failure: { status: 200, message: 'the list of personas has no end' },
    });
    expect(request).toHaveBeenCalledTimes(1000);
  });

  test('fails if it has too many personas', async () => {
    const data = Array<object>(300_000).fill({ id: '1' });
    const { page, request } = await listing((count) => ({
      ...sheet('1', `${count}`),
      data,
    }));
    expect(await listAll(page)).toEqual({
      ok: false,
      failure: { status: 200, message: 'the list of personas has no end' },
    });
    expect(request).toHaveBeenCalledTimes(2);
  });

  test('is complete with the maximum number of personas', async () => {
    const data = Array<object>(250_000).fill({ id: '1' });
    const { page } = await listing((count) =>
      count === 1 ? { ...sheet('1', 'a'), data } : { data },
    );
    const list = await listAll(page);
    expect(list.ok && list.value.personas.length).toBe(500_000);
  });

  test('has one timeout for all pages', async () => {
    const { page } = await startFakeGraph(({ count }) => ({
      body: sheet('1', `${count}`),
    }));
    const list = await listAll(page, { timeoutMs: 200 });
    const message = expect.stringMatching(/^there was no answer in /) as string;
    expect(list).toEqual({ ok: false, failure: { message } });
  });

  test('is not requested if there is no time left', async () => {
    const { page, calls } = await startFakeGraph([{ body: sheet('1') }]);
    expect(await listAll(page, { timeoutMs: 0 })).toMatchObject({
      ok: false,
    });
    expect(calls).toEqual([]);
  });

  test('is not read any further when no one waits for it', async () => {
    const { opened, open } = gate();
    const givenUp = new AbortController();
    const { page, calls } = await startFakeGraph(({ count }) => ({
      body: sheet('1', `${count}`),
      when: opened,
    }));
    const list = listAll(page, { signal: givenUp.signal });
    givenUp.abort();
    open();
    expect(await list).toEqual({
      ok: false,
      failure: { message: 'the caller stopped waiting for the list' },
    });
    expect(calls).toHaveLength(1);
  });
});
