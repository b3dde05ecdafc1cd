import { debug } from '../util/debug';

import type { Rule } from './scope';
import { shownPersona, type InForce } from './speaker';

/** Tells, for whoever debugs, who speaks in one call and what said so. */
export function tellWho(
  { name }: { readonly name: string },
  speaker: InForce,
  rule: Rule,
): void {
  const who =
    speaker === null ? 'the Page' : (shownPersona(speaker) ?? 'nobody yet');
  debug('%s: %s speaks, by %s', name || 'a send', who, rule);
}
