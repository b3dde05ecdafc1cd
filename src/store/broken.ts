import { PersonaStoreError } from '../errors';
import { debug } from '../util/debug';

const MAX_REPORTED = 1000;

/** Values in the store that are not ours. Each is skipped, and reported once. */
export class BrokenValues {
  private readonly reported = new Set<string>();

  constructor(private readonly report: (error: PersonaStoreError) => void) {}

  /** Reports nothing of the value, which may be someone else's. */
  found(key: string): void {
    if (this.reported.size >= MAX_REPORTED || this.reported.has(key)) return;
    this.reported.add(key);
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
