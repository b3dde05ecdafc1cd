import type { MessengerClient } from 'bottender';

import { personas } from 'bottender-persona';

import { checkOptions } from '../src/checkOptions';
import { createRuntime, defaultRuntime, runtimeOf } from '../src/runtime';

test('the runtime of a plugin is found', () => {
  const directory = { desk: '12' };
  const runtime = runtimeOf(personas({ directory }));
  const desk = runtime?.settings.directory.get('desk');
  expect(desk).toEqual({ name: 'desk', id: '12' });
});

test.each([
  ['another plugin', () => undefined],
  ['a name', 'personas'],
  ['nothing', undefined],
])('%s has no runtime', (_what, plugin) => {
  expect(runtimeOf(plugin)).toBeUndefined();
});

test('actions without personas() share a runtime with the defaults', () => {
  const runtime = defaultRuntime();
  expect(defaultRuntime()).toBe(runtime);
  expect(runtime.settings.refusedPersona).toBe('send-as-page');
  expect(runtime.settings.directory.size).toBe(0);
});

test('failures of a cleanup are passed to onCleanupError', async () => {
  const onCleanupError = jest.fn();
  const store = {
    get: () => Promise.reject(new Error('away')),
    set: () => Promise.reject(new Error('away')),
    delete: () => Promise.reject(new Error('away')),
  };
  const { leases } = createRuntime(checkOptions({ store, onCleanupError }));
  const page = { id: '1', client: {} as MessengerClient };
  const profile = { name: 'Adam', profilePictureUrl: 'https://a.test' };
  const lease = await leases.acquire(page, profile, 'fly:x');
  lease?.abandon();
  await new Promise(setImmediate);
  expect(onCleanupError.mock.calls).toEqual([
    [
      expect.objectContaining({ name: 'PersonaStoreError' }),
      { id: null, ...profile },
    ],
  ]);
});
