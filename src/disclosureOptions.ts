import type { Persona } from './persona';
import type { PersonaKind, PersonaProfile } from './profile';

/**
 * When a bot has to say that it is one: at the `start` of a conversation, after
 * a `lapse`, and at the `handback`, when it speaks after a person.
 */
export type DisclosureMoment = 'start' | 'lapse' | 'handback';

/** What `disclosure.message` is called with. */
export interface DisclosureAbout {
  readonly moment: DisclosureMoment;
  /** The speaker: an ID, a name of the directory or of a profile; `null` for the Page. */
  readonly persona: Persona | null;
  /** As Bottender names it: `'messenger'`. */
  readonly channel: string;
}

/**
 * The option `disclosure`: who is a bot, and how customers learn it.
 *
 * @typeParam About what `message` is called with
 */
export interface DisclosureOptions<About = DisclosureAbout> {
  /** Who is behind the Page's own voice, and behind personas without a `kind`. Default: `'bot'`. */
  page?: PersonaKind | undefined;
  /**
   * Returns the name that customers see for a persona of the kind `'bot'`, on every
   * channel and in `signText`: `({ name }) => `${name} · AI``. If that is too long for the
   * channel, it is called again with a shorter name. On Messenger the result is
   * the name of the persona. Default: no label.
   */
  label?: ((profile: PersonaProfile) => string) | undefined;
  /**
   * A text that is sent before the next message of a bot, once per moment, by
   * the speaker of that message; `null` sends none. Waits 5 seconds at most.
   * Default: none is sent.
   */
  message?:
    | ((
        about: About,
      ) => string | null | undefined | Promise<string | null | undefined>)
    | undefined;
  /** How old our last message has to be for a `lapse`, in milliseconds. Default: 86400000, a day. */
  lapseMs?: number | undefined;
}

/** What decided who spoke. */
export type DecidedBy =
  | 'as'
  | 'personaId'
  | 'withPersona'
  | 'withEphemeralPersona'
  | 'usePersona'
  | 'initialPersona'
  | 'nothing';

/** A message that the platform accepted, as it was delivered. */
export interface SentMessage {
  /** When the answer arrived. */
  readonly at: Date;
  /** As Bottender names it: `'messenger'`. */
  readonly channel: string;
  /** The Page's ID; `null` on other channels, and where it is not known. */
  readonly account: string | null;
  /** The customer, group or chat; `null` where there are many, or where it is not known. */
  readonly recipient: string | null;
  /** The speaker's name in the directory; `null` for others, and for the Page, which also speaks where a persona was refused. */
  readonly persona: string | null;
  /** The persona's ID that the message carried; `null` outside Messenger and for the Page. */
  readonly personaId: string | null;
  /** The name that customers read above the message or, by `signText`, in it; `null` where that is the Page's own. */
  readonly name: string | null;
  /** Who is behind the message; `null` if the profile has no `kind` and there is no `disclosure`. */
  readonly kind: PersonaKind | null;
  readonly decidedBy: DecidedBy;
  /** The platform's ID of the message; `null` where the answer has none. */
  readonly messageId: string | null;
  /** What was sent, without tokens: the text, the message, or the arguments that made it. */
  readonly message: Readonly<Record<string, unknown>>;
  /** Set if this was the text of `disclosure.message`. */
  readonly disclosure?: DisclosureMoment;
}
