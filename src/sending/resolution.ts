import type { Fields } from '../channels/channel';
import type { Persona } from '../persona';
import type { SendContext } from '../sendContext';

/** What a message carries to show its speaker. */
export interface Carried {
  readonly fields: Fields;
  /** The persona's ID, on channels where messages carry one. */
  readonly id?: string;
  /** The name that it shows. */
  readonly name?: string | undefined;
}

/** How one message gets what shows its speaker. */
export interface Resolution {
  /** As the bot named it: an ID or a name. */
  readonly persona: Persona;
  /** The name for the text of a message that shows nobody, where it is known. */
  readonly name?: string | undefined;
  /**
   * At once where it is known; `null` where the message shows nobody, so that
   * nothing is looked up for it. Throws or rejects with PersonaRefusedError.
   */
  carry(): Carried | null | Promise<Carried>;
  /** The same with another ID, because `goneId` is gone from the Page. */
  readonly renew?: ((goneId: string) => Carried | Promise<Carried>) | undefined;
  /** Called when the send is over. */
  readonly end?: (() => Promise<void>) | undefined;
}

/** What a resolution needs of the send that it is for: asked for where a lookup needs it. */
export interface Sending {
  readonly context: SendContext;
  /** As whom the client speaks, on channels where messages carry a profile. */
  readonly account: string;
  readonly isSenderAction: boolean;
}
