import fc from 'fast-check';

import { FACES, programs } from '../support/programs';
import { shownBy } from '../support/scopeModel';
import { Stage } from '../support/stage';

let stage: Stage;
beforeEach(async () => {
  stage = await Stage.open();
});

/**
 * Random programs of usePersona, nested and concurrent blocks of both kinds,
 * sends, pauses and throws, compared with a plain model of who is in force.
 */
describe('scopes never mix, and leave nothing behind', () => {
  test.each([
    ['one context', 1],
    ['several contexts at once', 3],
  ])('on %s', async (_what, contexts) => {
    await fc.assert(
      fc.asyncProperty(programs(contexts), async (program) => {
        expect(await stage.play(program)).toEqual({
          shown: shownBy(program),
          alive: [...FACES],
          complaints: [],
        });
      }),
      { numRuns: 50, unbiased: true },
    );
  });
});
