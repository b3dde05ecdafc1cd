import type { Context } from 'bottender';

import type { PersonaRefusedError, Where } from '../errors';
import { knownPageId, type PageContext } from '../graph/page';
import type { Runtime } from '../runtime';

/** What a send, or a block, happens on: an event's context, or a client outside of every event. */
export interface Occasion {
  readonly runtime: Runtime;
  /** The event's; `null` outside of events. */
  readonly context: Context | null;
  /** Whom it is with: the PSID on Messenger, where that is known. */
  readonly psid: string | null;
  /** What speaks for the Page; `undefined` on other platforms and simulated contexts. */
  readonly pageContext: PageContext | undefined;
  /** The channel; `undefined` on those on which Pages speak. */
  readonly where?: Where | undefined;
  /** Whether what is sent here goes out, so that something is looked up or made for it. */
  readonly goesOut: boolean;
}

/** The Page that sends go out from, where that is known at once. */
export function pageIdAt({ pageContext }: Occasion): string | undefined {
  return pageContext && knownPageId(pageContext);
}

/** What refusals are remembered by: the Page, or the channel that has none. */
export function placeOf(occasion: Occasion): string | undefined {
  return occasion.where?.title ?? pageIdAt(occasion);
}

/**
 * The refusal that is remembered of this persona, or of any for this customer.
 * Costs nothing where nothing was refused of late.
 *
 * @param persona an ID or an unknown name; left out, only of any
 */
export function refusedBefore(
  occasion: Occasion,
  persona?: string,
): PersonaRefusedError | undefined {
  const { refusals } = occasion.runtime;
  if (refusals.isEmpty) return undefined;
  return refusals.of(placeOf(occasion), persona, occasion.psid);
}
