import { warnOnce } from '../../src/util/warn';

let warned: unknown[][];
beforeEach(() => {
  warned = [];
  jest.spyOn(process, 'emitWarning').mockImplementation((...given) => {
    warned.push(given);
  });
});
afterEach(() => jest.restoreAllMocks());

test('a warning is given once for each owner', () => {
  const [one, other] = [{}, {}];
  warnOnce(one, 'Mind the gap.');
  warnOnce(one, 'Mind the step.');
  warnOnce(one, 'Mind the gap.');
  warnOnce(other, 'Mind the gap.');
  expect(warned).toEqual([
    ['Mind the gap.', 'PersonaWarning'],
    ['Mind the step.', 'PersonaWarning'],
    ['Mind the gap.', 'PersonaWarning'],
  ]);
});

test('of very many warnings, the oldest may be repeated', () => {
  const owner = {};
  for (let n = 0; n <= 1000; n += 1) warnOnce(owner, `Mind step ${n}.`);
  warnOnce(owner, 'Mind step 1000.');
  expect(warned).toHaveLength(1001);
  warnOnce(owner, 'Mind step 0.');
  expect(warned).toHaveLength(1002);
});
