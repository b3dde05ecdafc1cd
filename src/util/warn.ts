import { evictOldest } from './evictOldest';

const MAX_WARNINGS = 1000;

const warningsOf = new WeakMap<object, Set<string>>();

/** Emits a process warning. */
export function warn(warning: string): void {
  process.emitWarning(warning, 'PersonaWarning');
}

/** Emits a process warning, unless this owner has emitted the same one before. */
export function warnOnce(owner: object, warning: string): void {
  const warnings = warningsOf.get(owner) ?? new Set();
  warningsOf.set(owner, warnings);
  if (warnings.has(warning)) return;
  warnings.add(warning);
  evictOldest(warnings, MAX_WARNINGS);
  warn(warning);
}
