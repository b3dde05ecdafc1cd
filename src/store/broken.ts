import createDebug from 'debug';

import { PersonaStoreError } from '../errors';

const debug = createDebug('bottender:persona');

/** So many keys are told of; what is told after that helps nobody. */
const MOST_TOLD = 1000;

/** Values in the store that are no records. Each costs only itself, and is told once. */
export class BrokenValues {
  private readonly told = new Set<string>();

  constructor(private readonly report: (error: PersonaStoreError) => void) {}

  /** Of the key only its kind is told, and nothing of the value: it may be anybody's. */
  found(key: string): void {
    if (this.told.size >= MOST_TOLD || this.told.has(key)) return;
    this.told.add(key);
    debug('no record under the key %s', key);
    const [kind] = key.split(':', 1);
    this.report(
      new PersonaStoreError(
        `read a value of the kind "${kind}" in`,
        'what is stored there is no record of this plugin',
        'It is passed over.',
      ),
    );
  }
}
