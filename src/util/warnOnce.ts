import { evictOldest } from './evictOldest';

/** So many warnings are remembered of one owner. */
const MOST_TOLD = 1000;

const told = new WeakMap<object, Set<string>>();

/**
 * A process warning, unless the same was given before.
 *
 * @param owner whose warning it is: each gives its own once
 */
export function warnOnce(owner: object, warning: string): void {
  const warnings = told.get(owner) ?? new Set();
  told.set(owner, warnings);
  if (warnings.has(warning)) return;
  warnings.add(warning);
  evictOldest(warnings, MOST_TOLD);
  process.emitWarning(warning, 'PersonaWarning');
}
