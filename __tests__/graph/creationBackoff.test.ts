import { PersonaRefusedError } from '../../src/errors';
import { CreationBackoff } from '../../src/graph/creationBackoff';
import type { GraphFailure } from '../../src/graph/graphFailure';
import type { Page } from '../../src/graph/page';
import { advanceTime } from '../support/clock';
import { startFakeGraph } from '../support/fakeGraph';

const LIMITED: GraphFailure = { status: 400, code: 613, message: 'too many' };
const FORBIDDEN: GraphFailure = { status: 400, code: 200, message: 'no' };

let page: Page;
let otherPage: Page;
beforeAll(async () => {
  ({ page } = await startFakeGraph([]));
  otherPage = { ...page, id: '2' };
});

const refusal = (failure: GraphFailure) =>
  new PersonaRefusedError('not-created', 'adam', '1', failure);

/** Whose creation has to wait. */
function waiting(waits: CreationBackoff) {
  const all: [string, Page, string][] = [
    ['adam', page, 'adam'],
    ['eve', page, 'eve'],
    ['adam elsewhere', otherPage, 'adam'],
  ];
  return all
    .filter(([, where, key]) => {
      try {
        waits.check(where, key);
        return false;
      } catch {
        return true;
      }
    })
    .map(([name]) => name);
}

test('a failure keeps one persona waiting, with the same error', () => {
  const waits = new CreationBackoff();
  const error = refusal(FORBIDDEN);
  waits.failed(page, 'adam', error);
  expect(waiting(waits)).toEqual(['adam']);
  expect(() => waits.check(page, 'adam')).toThrow(error);
  advanceTime(1000);
  expect(waiting(waits)).toEqual([]);
});

test('a rate limit keeps its whole Page waiting', () => {
  const waits = new CreationBackoff();
  waits.failed(page, 'adam', refusal(LIMITED));
  expect(waiting(waits)).toEqual(['adam', 'eve']);
});

test('a success begins the waits of the persona anew', () => {
  const waits = new CreationBackoff();
  waits.failed(page, 'adam', refusal(FORBIDDEN));
  advanceTime(1000);
  waits.succeeded(page, 'adam');
  waits.failed(page, 'adam', refusal(FORBIDDEN));
  advanceTime(1000);
  expect(waiting(waits)).toEqual([]);
});
