import type { Channel } from '../channels/channel';
import type { Fields } from '../channels/messageCall';
import type { Persona } from '../persona';
import type { Runtime } from '../runtime';
import type { SendContext } from '../sendContext';
import type { UnavailableSpeaker } from '../speaking/speaker';

/** What a message carries to show its speaker. */
export interface Carried {
  readonly fields: Fields;
  /** The persona's ID, on channels where messages carry one. */
  readonly id?: string;
  /** The name that it shows. */
  readonly name?: string | undefined;
}

/** How one message comes by what shows its speaker. */
export interface Resolution {
  /** As the bot named it: an ID or a name. */
  readonly persona: Persona;
  /** The name for the text of a message that shows nobody, where it is known. */
  readonly name?: string | undefined;
  /**
   * The persona's ID, or its profile; `null` where the message shows nobody, so
   * that nothing is looked up for it. Throws or rejects with PersonaRefusedError.
   */
  resolve(): string | Carried | null | Promise<string>;
  /** Another ID, because `goneId` is gone from the Page. */
  readonly renew?: (goneId: string) => string | Promise<string>;
  /** Called when the send is over. */
  readonly end?: () => Promise<void>;
}

/** The send that messages belong to. */
export interface Sending {
  readonly runtime: Runtime;
  readonly channel: Channel;
  readonly client: object | undefined;
  readonly context: SendContext;
  readonly isSenderAction: boolean;
}

/** As whom the client speaks on a channel whose messages carry profiles: what their refusals are cached by. */
export function accountOf({ channel, client }: Sending): string {
  const title = channel.info?.title ?? '';
  return channel.accountOf
    ? JSON.stringify([title, channel.accountOf(client)])
    : title;
}

export function carriedAs(id: string): Carried {
  return { fields: { personaId: id }, id };
}

/** @param name for the text of the message */
export function refused(
  { profile, refusal }: UnavailableSpeaker,
  name: string | undefined,
): Resolution {
  const resolve = () => {
    throw refusal;
  };
  return { persona: profile?.name ?? refusal.persona, name, resolve };
}

/** No Graph call is made to find out that it is nobody. */
export function unknownPersona(persona: Persona, sending: Sending): Resolution {
  const resolve = () => {
    throw sending.runtime.refusals.unknownPersona(persona, sending.context);
  };
  return { persona, resolve };
}
