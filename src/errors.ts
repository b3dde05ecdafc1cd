import { describeFailure, type GraphFailure } from './graph/graphFailure';

/**
 * Why a message does not show the persona that was meant:
 * - `region`: personas are refused for this customer,
 * - `unknown`: no persona of this Page has the ID, or the name stands for none,
 * - `not-made`: the persona could not be made, or its ID not be found out,
 * - `this-message`: the persona exists, and Messenger refuses it for this message,
 * - `unverified`: Messenger refused it, and nothing tells whether it exists,
 * - `initial-persona`: the option `initialPersona` did not say who speaks,
 * - `channel`: another channel than Messenger refused the name or the picture,
 * - `ignored`: another channel took the message and did not show the name.
 */
export type RefusalReason =
  | 'region'
  | 'unknown'
  | 'not-made'
  | 'this-message'
  | 'unverified'
  | 'initial-persona'
  | 'channel'
  | 'ignored';

/**
 * What every error of this package extends, so that `error instanceof
 * PersonaError` tells ours from a handler's own.
 *
 * No error of ours carries or prints an access token, an app secret or a proof.
 */
export class PersonaError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** `personas()` was called with an unknown option or a bad value; the message names it. */
export class InvalidOptionError extends PersonaError {}

/** A persona that is neither a non-empty string nor `null` (the Page). */
export class InvalidPersonaError extends PersonaError {}

/** A profile that Messenger would refuse; nothing was sent to find that out. */
export class InvalidProfileError extends PersonaError {}

/**
 * A sender action that Messenger does not support for personas was sent with
 * one in force. Only `typing_on` and `typing_off` are.
 *
 * @see https://developers.facebook.com/docs/messenger-platform/send-messages/personas
 */
export class UnsupportedSenderActionError extends PersonaError {
  constructor(
    /** The action that was rejected, for example `mark_seen`. */
    readonly senderAction: string,
    /** The persona that would have been carried: an ID or a name. */
    readonly persona: string,
  ) {
    super(
      `The sender action "${senderAction}" cannot be sent as a persona ("${persona}" is in force): ` +
        `Messenger supports only typing_on and typing_off for personas. ` +
        `Send it as the Page, with context.withPersona(null, () => context.sendSenderAction('${senderAction}')), ` +
        `or install personas({ unsupportedSenderActions: 'as-page' }).`,
    );
  }
}

/** A channel, in the words of messages for people. */
export interface ChannelInfo {
  readonly title: string;
  /** Who speaks where no persona does, as the beginning of a sentence. */
  readonly defaultSender: string;
  /** What helps there, in place of what helps in general. */
  readonly advice?: Partial<Record<RefusalReason, string>>;
}

/**
 * A message could not show the persona that was meant: Messenger refused it, or
 * there was none to be had. With `refusedPersona: 'send-as-page'` it is told to
 * `onRefused` and the message goes out as the Page; with `'throw'` the send
 * rejects with it.
 */
export class PersonaRefusedError extends PersonaError {
  /** Who speaks where the persona does not, for people: "The Page" on Messenger. */
  readonly defaultSender: string;

  constructor(
    readonly reason: RefusalReason,
    /** The persona as it was given: an ID, or a name. */
    readonly persona: string,
    /** The Page's ID, where it is known. */
    readonly pageId: string | undefined,
    /** What Messenger answered, or what was found out without asking it. */
    readonly failure: GraphFailure,
    /** The channel, where it is none on which Pages speak. */
    channelInfo?: ChannelInfo,
  ) {
    super(
      `The persona "${persona}" cannot speak on ${channelInfo?.title ?? `the Page ${pageId ?? '(unknown)'}`}: ` +
        `${describeFailure(failure)}. ${adviceOn(reason, channelInfo)}`,
      { cause: failure },
    );
    this.defaultSender = channelInfo?.defaultSender ?? 'The Page';
  }
}

const ADVICE: Record<RefusalReason, string> = {
  region:
    'Personas are refused for this customer: speak as the Page, with usePersona(null).',
  unknown:
    'It was deleted, belongs to another Page, or is a misspelt name. ' +
    'Look at the list of the Page, or put the persona into the directory.',
  'not-made':
    'The persona could not be made or found: check the access token (pages_messaging) and the rate limits of the Page.',
  'this-message':
    'The persona exists, but Messenger does not take it for this message: look at what it answered.',
  unverified:
    'Nothing told whether the persona exists, so nothing was made anew or forgotten.',
  'initial-persona':
    'Let the option "initialPersona" of personas() give a persona, or null for none, within 5 seconds.',
  channel:
    'The channel does not take this name or picture: look at what it answered.',
  ignored: 'The channel took the message, and showed another name.',
};

function adviceOn(
  reason: RefusalReason,
  channelInfo: ChannelInfo | undefined,
): string {
  const there = channelInfo?.advice?.[reason];
  if (there !== undefined) return there;
  return channelInfo && reason === 'unknown'
    ? 'Correct the name, or put it into the directory.'
    : ADVICE[reason];
}

/** A persona that was made for a block could not be deleted and may be left behind. */
export class PersonaCleanupError extends PersonaError {
  /** `id` is absent where it was never known. */
  readonly persona: { readonly id?: string; readonly name: string };

  constructor(
    { id, name }: { readonly id?: string; readonly name: string },
    readonly pageId: string,
    /** What Messenger answered. */
    readonly failure: GraphFailure,
  ) {
    super(
      `The persona "${name}"${id ? ` (${id})` : ''} on the Page ${pageId} could not be deleted: ` +
        `${describeFailure(failure)}. It is left to the sweep.`,
      { cause: failure },
    );
    // Nothing else of what was given: a client in it would print its token.
    this.persona = id ? { id, name } : { name };
  }
}

/** Messenger did not say which Page an access token belongs to. */
export class UnknownPageError extends PersonaError {
  constructor(
    /** What Messenger answered. */
    readonly failure: GraphFailure,
  ) {
    super(
      `Messenger did not say which Page the access token belongs to: ${describeFailure(failure)}. ` +
        `Check the token that the channel is configured with, or that useAccessToken was given.`,
      { cause: failure },
    );
  }
}

/** The store did not do what it was asked; the bot went on without it. */
export class PersonaStoreError extends PersonaError {
  constructor(
    verb: string,
    reason: string,
    consequence = 'Until it is back, a persona made on the fly may be left behind if this process ends.',
  ) {
    super(
      `Could not ${verb} the store of the personas: ${reason}. ${consequence}`,
    );
  }
}

/** A persona that a process may have made before it died; it is left to you to delete. */
export class PersonaSuspectedError extends PersonaError {
  constructor(
    readonly persona: { readonly id: string; readonly name: string },
    readonly pageId: string,
  ) {
    super(
      `The persona "${persona.name}" (${persona.id}) on the Page ${pageId} may have been left behind: a process began ` +
        `to make one of that name and never recorded its ID. If nobody uses it, delete it.`,
    );
  }
}
