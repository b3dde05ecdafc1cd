import { PersonaRefusedError } from '../../src/errors';
import { Refusals } from '../../src/refusals/refusals';
import type { RefusalReason } from '../../src/refusals/refusal';

function refusal(reason: RefusalReason, persona = '7', pageId = '1') {
  return new PersonaRefusedError(reason, persona, pageId, { message: 'no' });
}

test('an unknown persona is remembered by Page and ID', () => {
  const refusals = new Refusals();
  const error = refusal('unknown', 'adam');
  refusals.remember(error, '7', '1001');
  expect(refusals.of('1', '7', '1002')).toBe(error);
  expect(refusals.of('2', '7', '1002')).toBeUndefined();
  expect(refusals.of('1', '8', '1001')).toBeUndefined();
  expect(refusals.of('1', undefined, '1001')).toBeUndefined();
});

test('a region is remembered by Page and customer, whatever the persona', () => {
  const refusals = new Refusals();
  const error = refusal('region');
  refusals.remember(error, '7', '1001');
  expect(refusals.of('1', '8', '1001')).toBe(error);
  expect(refusals.of('1', undefined, '1001')).toBe(error);
  expect(refusals.of('1', '7', '1002')).toBeUndefined();
  expect(refusals.of('2', '7', '1001')).toBeUndefined();
});

test.each([
  'not-made',
  'this-message',
  'unverified',
  'initial-persona',
] as const)('%s is never remembered', (reason) => {
  const refusals = new Refusals();
  const error = refusal(reason);
  expect(refusals.remember(error, '7', '1001')).toBe(error);
  expect(refusals.of('1', '7', '1001')).toBeUndefined();
});

test('sends that were refused together get one refusal', () => {
  const refusals = new Refusals();
  const first = refusal('unknown');
  expect(refusals.remember(first, '7', '1001')).toBe(first);
  expect(refusals.remember(refusal('unknown'), '7', '1002')).toBe(first);
});

test('who is not known by a PSID is not remembered', () => {
  const refusals = new Refusals();
  const error = refusal('region');
  expect(refusals.isEmpty).toBe(true);
  expect(refusals.remember(error, '7', null)).toBe(error);
  expect(refusals.isEmpty).toBe(true);
  expect(refusals.of('1', '7', null)).toBeUndefined();
});

test('ten minutes, to the millisecond, and a newer one as long', () => {
  jest.useFakeTimers({ now: 1_000_000 });
  const refusals = new Refusals();
  refusals.remember(refusal('unknown'), '7', null);
  jest.setSystemTime(1_599_999);
  expect(refusals.of('1', '7', null)).toBeDefined();
  jest.setSystemTime(1_600_000);
  expect(refusals.of('1', '7', null)).toBeUndefined();
  expect(refusals.isEmpty).toBe(true);
  const second = refusal('unknown');
  expect(refusals.remember(second, '7', null)).toBe(second);
  jest.useRealTimers();
});

describe('on a channel', () => {
  test('a face is remembered by channel and persona', () => {
    const refusals = new Refusals();
    expect(refusals.onChannel('slack', 'adam')).toBeUndefined();
    const error = refusal('channel');
    expect(refusals.rememberOnChannel(error, 'slack', 'adam')).toBe(error);
    expect(
      refusals.rememberOnChannel(refusal('channel'), 'slack', 'adam'),
    ).toBe(error);
    expect(refusals.onChannel('slack', 'adam')).toBe(error);
    expect(refusals.onChannel('slack', 'eve')).toBeUndefined();
    expect(refusals.onChannel('line', 'adam')).toBeUndefined();
    // No Page and no customer of Messenger is meant.
    expect(refusals.of('slack', 'adam', 'adam')).toBeUndefined();
  });

  test('that takes no face, any is', () => {
    const refusals = new Refusals();
    const error = refusal('channel');
    refusals.rememberOnChannel(error, 'slack', null);
    expect(refusals.onChannel('slack', 'adam')).toBe(error);
    expect(refusals.onChannel('line', 'adam')).toBeUndefined();
  });
});

test('at most 10,000 are remembered, the oldest goes', () => {
  const refusals = new Refusals();
  for (let id = 0; id <= 10_000; id += 1) {
    refusals.remember(refusal('unknown'), `${id}`, '1001');
  }
  expect(refusals.of('1', '0', '1001')).toBeUndefined();
  expect(refusals.of('1', '1', '1001')).toBeDefined();
  expect(refusals.of('1', '10000', '1001')).toBeDefined();
});

describe('on a channel', () => {
  const LINE = 'LINE';

  test('a face is remembered by account and persona', () => {
    const refusals = new Refusals();
    const error = refusal('channel', 'adam');
    expect(refusals.rememberOnChannel(error, LINE, 'adam')).toBe(error);
    expect(refusals.onChannel(LINE, 'adam')).toBe(error);
    expect(refusals.onChannel(LINE, 'eve')).toBeUndefined();
    expect(refusals.onChannel('Slack', 'adam')).toBeUndefined();
    // A Page may be called like a channel.
    expect(refusals.of(LINE, 'adam', null)).toBeUndefined();
  });

  test('where no face would be taken, every persona is refused', () => {
    const refusals = new Refusals();
    const error = refusal('channel', 'adam');
    expect(refusals.rememberOnChannel(error, LINE, null)).toBe(error);
    expect(refusals.onChannel(LINE, 'adam')).toBe(error);
    expect(refusals.onChannel(LINE, 'eve')).toBe(error);
    expect(refusals.onChannel('Slack', 'adam')).toBeUndefined();
  });

  test('messages that were refused together get one refusal', () => {
    const refusals = new Refusals();
    const first = refusal('channel', 'adam');
    refusals.rememberOnChannel(first, LINE, 'adam');
    const second = refusal('channel', 'adam');
    expect(refusals.rememberOnChannel(second, LINE, 'adam')).toBe(first);
    expect(refusals.rememberOnChannel(second, LINE, 'eve')).toBe(second);
  });
});
