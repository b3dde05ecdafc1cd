import { format } from 'node:util';

import createDebug from 'debug';

import { invokeCallback } from '../../src/util/invokeCallback';

let written: string[];
beforeEach(() => {
  written = [];
  jest.spyOn(createDebug, 'log').mockImplementation((...line: unknown[]) => {
    written.push(format(...line));
  });
  createDebug.enable('bottender:persona');
});
afterEach(() => {
  createDebug.disable();
  jest.restoreAllMocks();
});

test('the callback is called with its arguments, asynchronously', async () => {
  const callback = jest.fn();
  invokeCallback(callback, 'one', 2);
  expect(callback).not.toHaveBeenCalled();
  await new Promise(setImmediate);
  expect(callback.mock.calls).toEqual([['one', 2]]);
  expect(written).toEqual([]);
});

test.each([
  [
    'throws',
    () => {
      throw new Error('not my day');
    },
    'not my day',
  ],
  ['rejects', () => Promise.reject(new Error('not my day')), 'not my day'],
  [
    'throws what may hold anything',
    () => {
      throw { config: { token: 'EAAG' } } as unknown as Error;
    },
    'it threw a value of type object',
  ],
])(
  'a callback that %s is logged by its message only',
  async (_how, callback, said) => {
    invokeCallback(callback);
    await new Promise(setImmediate);
    expect(written).toEqual([
      expect.stringMatching(`bottender:persona.* a callback failed: ${said}`),
    ]);
    expect(written[0]).not.toContain('EAAG');
  },
);
