import type { Message } from '../channels/channel';
import type { DisclosureMoment } from '../disclosureOptions';
import type { SpeakerSource } from '../speaking/scopes';
import type { ActiveSpeaker } from '../speaking/speaker';

import type { Carried, Resolution } from './resolution';

/** One message on its way. */
export class OutgoingMessage {
  carried: Carried | null = null;
  hasRenewed = false;
  /** Whether it goes out without the persona that it should carry. */
  isRefused = false;
  /** The name that was put into its text. */
  signedAs: string | undefined;

  constructor(
    /** What the bot gave; signed where it goes out without its profile. */
    public message: Message,
    readonly speaker: ActiveSpeaker,
    readonly decidedBy: SpeakerSource,
    readonly resolution?: Resolution,
    readonly disclosure?: DisclosureMoment,
  ) {}
}
