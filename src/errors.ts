import { describeFailure, type GraphFailure } from './graph/graphFailure';

/**
 * Why a message could not show its persona:
 * - `region`: Messenger refuses personas for this customer,
 * - `unknown`: the Page has no persona with this ID, or the directory lacks the name,
 * - `not-created`: the persona could not be created, or its ID could not be found,
 * - `this-message`: the persona exists, but Messenger refuses it for this message,
 * - `unverified`: Messenger refused the persona, and it is uncertain whether it exists,
 * - `initial-persona`: the option `initialPersona` failed,
 * - `channel`: a channel other than Messenger refused the name or picture,
 * - `ignored`: a channel other than Messenger delivered the message without the name.
 */
export type RefusalReason =
  | 'region'
  | 'unknown'
  | 'not-created'
  | 'this-message'
  | 'unverified'
  | 'initial-persona'
  | 'channel'
  | 'ignored';

/**
 * The base class of this package's errors. None of them contains an access
 * token, an app secret or a proof.
 *
 * @example
 * ```js
 * if (error instanceof PersonaError) console.error(error.message);
 * ```
 */
export class PersonaError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** An option of this package is unknown or has a bad value; the message names it. */
export class InvalidOptionError extends PersonaError {}

/** A persona must be a non-empty string, or `null` for the Page. */
export class InvalidPersonaError extends PersonaError {}

/** Messenger would refuse a profile; nothing was sent to it. */
export class InvalidProfileError extends PersonaError {}

/**
 * A sender action was sent as a persona, but Messenger supports only `typing_on`
 * and `typing_off` for personas.
 *
 * @see https://developers.facebook.com/docs/messenger-platform/send-messages/personas
 */
export class UnsupportedSenderActionError extends PersonaError {
  constructor(
    /** For example `mark_seen`. */
    readonly senderAction: string,
    /** The active persona: an ID or a name. */
    readonly persona: string,
  ) {
    super(
      `The sender action "${senderAction}" cannot be sent as the persona "${persona}": ` +
        `Messenger supports only typing_on and typing_off for personas. ` +
        `Send it as the Page, in a block of withPersona(null, ...), ` +
        `or set the option unsupportedSenderActions: 'as-page'.`,
    );
  }
}

/**
 * A message with the tag `HUMAN_AGENT` was to be sent by a bot. Meta allows that
 * tag to people only. Nothing was sent.
 *
 * @see https://developers.facebook.com/docs/features-reference/human-agent
 */
export class HumanAgentTagError extends PersonaError {
  constructor(
    /** The speaker: an ID or a name; `null` for the Page. */
    readonly persona: string | null,
  ) {
    super(
      `The message has the tag HUMAN_AGENT, which is for people, but ` +
        `${persona === null ? 'the Page speaks for a bot, as the option "disclosure.page" says' : `the persona "${persona}" is of the kind 'bot'`}. ` +
        `Nothing was sent. Send it as a persona of the kind 'human', or without the tag.`,
    );
  }
}

/** The words for a channel in messages to developers. */
export interface ChannelInfo {
  readonly title: string;
  /** The sender without a persona; begins a sentence. */
  readonly defaultSender: string;
  /** Replaces the general advice for a reason. */
  readonly advice?: Partial<Record<RefusalReason, string>>;
}

/**
 * A message could not show its persona. With `refusedPersona: 'send-as-page'`
 * the message is sent as the Page and `onRefused` gets this error; with
 * `'throw'` the send rejects with it.
 */
export class PersonaRefusedError extends PersonaError {
  /** Who speaks instead, for messages: "The Page" on Messenger. */
  readonly defaultSender: string;

  constructor(
    /** Why, for a program: see {@link RefusalReason}. The message says it for people. */
    readonly reason: RefusalReason,
    /** The persona as the bot named it: an ID or a name. */
    readonly persona: string,
    /** The Page's ID, if it is known. */
    readonly pageId: string | undefined,
    /** Messenger's response, or the reason why no call was made. */
    readonly failure: GraphFailure,
    /** Omitted on Messenger. */
    channelInfo?: ChannelInfo,
    /** What to do. Default: the general advice for this reason. */
    advice = adviceOn(reason, failure, channelInfo),
  ) {
    const page = pageId === undefined ? 'this Page' : `the Page ${pageId}`;
    super(
      `The persona "${persona}" cannot speak on ${channelInfo?.title ?? page}: ` +
        `${describeFailure(failure)}. ${advice}`,
      { cause: failure },
    );
    this.defaultSender = channelInfo?.defaultSender ?? 'The Page';
  }
}

const ADVICE: Record<RefusalReason, string> = {
  region:
    'Personas are refused for this customer: speak as the Page, with usePersona(null).',
  unknown:
    'It was deleted or belongs to another Page: look for its ID with `npx bottender-persona list`.',
  'not-created':
    'It could not be created or found: check the access token (pages_messaging) and the rate limits of the Page.',
  'this-message':
    'It exists, but Messenger refuses it for this message: look at what Messenger answered.',
  unverified:
    'It is uncertain whether it exists, so nothing was created or forgotten: look for its ID with `npx bottender-persona list`.',
  'initial-persona':
    'Let the option "initialPersona" of personas() return a persona, or null for the Page, within 5 seconds.',
  channel:
    'The channel refuses this name or picture: look at what it answered.',
  ignored:
    'The channel delivered the message under another name: look at what the channel allows the bot.',
};

function adviceOn(
  reason: RefusalReason,
  { status }: GraphFailure,
  channelInfo: ChannelInfo | undefined,
): string {
  // Without a response, so the persona is an unknown name, not an ID.
  if (reason === 'unknown' && status === undefined) {
    return 'Correct the name, or put it into the directory.';
  }
  return channelInfo?.advice?.[reason] ?? ADVICE[reason];
}

/** An ephemeral persona could not be deleted. The next sweep tries again. */
export class PersonaCleanupError extends PersonaError {
  /** The persona on the Page. */
  readonly persona: {
    /** Absent if it was never known. */
    readonly id?: string;
    /** The name that it shows. */
    readonly name: string;
  };

  constructor(
    { id, name }: PersonaCleanupError['persona'],
    /** The ID of the Page that has it. */
    readonly pageId: string,
    /** Messenger's response. */
    readonly failure: GraphFailure,
  ) {
    super(
      `The persona "${name}"${id ? ` (${id})` : ''} on the Page ${pageId} could not be deleted: ` +
        `${describeFailure(failure)}. It is left to the sweep.`,
      { cause: failure },
    );
    // A copy, because the caller's object may have a client that prints its token.
    this.persona = id ? { id, name } : { name };
  }
}

/**
 * A handle of `createEphemeralPersona` was garbage-collected without being
 * released. It is released now.
 */
export class ForgottenHandleError extends PersonaError {
  /** `id` is `null` if Messenger refused to create it. */
  readonly persona: { readonly id: string | null; readonly name: string };

  constructor({ id, name }: ForgottenHandleError['persona']) {
    super(
      `The handle of the persona "${name}"${id === null ? '' : ` (${id})`} was garbage-collected without being released, ` +
        `so it was released now. Call its release() when it is no longer needed, or create it with \`await using\`.`,
    );
    this.persona = { id, name };
  }
}

/** A handle of `createEphemeralPersona` was used after its release. */
export class ReleasedHandleError extends PersonaError {
  constructor(
    /** The name in the profile. */
    readonly persona: string,
  ) {
    super(
      `The persona "${persona}" cannot speak through a handle: this one was released by release(), or the plugin was closed by close(). ` +
        `Nothing was sent. Create another with createEphemeralPersona() before close(), and release it after the last message.`,
    );
  }
}

/** Messenger did not return which Page an access token belongs to. */
export class UnknownPageError extends PersonaError {
  constructor(
    /** Messenger's response. */
    readonly failure: GraphFailure,
  ) {
    super(
      `Messenger did not say which Page the access token belongs to: ${describeFailure(failure)}. ` +
        `Check the token in the configuration of the channel, or the one passed to useAccessToken.`,
      { cause: failure },
    );
  }
}

/** The store failed. The bot continues without it. */
export class PersonaStoreError extends PersonaError {
  constructor(
    verb: string,
    reason: string,
    consequence = 'Until it is back, an ephemeral persona may be left behind if this process ends.',
  ) {
    super(
      `Could not ${verb} the store of the personas: ${reason}. ${consequence}`,
    );
  }
}

/**
 * Passed to `onCleanupError` when a sweep finds a persona that a process may have
 * left behind: the process recorded that it was about to create a persona of this
 * name, and never recorded the ID. Someone else may have created one of the same
 * name, so the plugin does not delete it.
 *
 * @example
 * ```js
 * if (error instanceof PersonaSuspectedError) {
 *   const { persona, pageId } = error;
 *   console.warn(`left behind? ${persona.name} (${persona.id}) on ${pageId}`);
 * }
 * ```
 */
export class PersonaSuspectedError extends PersonaError {
  constructor(
    /** The persona on the Page. */
    readonly persona: {
      /** For `npx bottender-persona delete`. */
      readonly id: string;
      /** The name that it shows. */
      readonly name: string;
    },
    /** The ID of the Page that has it. */
    readonly pageId: string,
  ) {
    super(
      `The persona "${persona.name}" (${persona.id}) on the Page ${pageId} may have been left behind: a process began ` +
        `to create one with that name and never recorded its ID. If no bot uses it, delete it.`,
    );
  }
}
