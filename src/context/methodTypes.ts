import type {
  ChannelName,
  ClientMarks,
  ClientMethodNames,
  SendMethodNames,
} from '../channels/methodNames';
import type { PersonaId, Speaker } from '../persona';
import type { EphemeralPersona } from '../profile';

// The types of methods that carry personas, of contexts and clients.

/** The channel of a client that is recognised. */
export type ChannelOf<C> = {
  [K in ChannelName]: C extends ClientMarks[K] ? K : never;
}[ChannelName];

/** The methods of a context or a client of this type that send. */
export type MethodOn<C> = C extends {
  readonly platform: infer P extends ChannelName;
}
  ? SendMethodNames[P]
  : [ChannelOf<C>] extends [never]
    ? SendMethodNames['messenger']
    : ClientMethodNames[ChannelOf<C>];

/**
 * The send and typing methods of a context or a client, under one persona. They
 * are bound: `const { sendText } = context.as('adam')` may be handed on.
 */
export type SpeakingMethods<C, Method = MethodOn<C>> = {
  // A batch is sent as it is.
  readonly [
    M in Exclude<keyof C & (Method | 'typing'), 'sendBatch'>
  ]: WithoutPersona<C[M]>;
};

/**
 * What `createEphemeralPersona` gives: the send and typing methods of a context
 * or a client, bound, always as the persona that was created. It exists until
 * the last handle, block and pending send that uses it is released. A send after
 * the release rejects with ReleasedHandleError. A handle that is
 * garbage-collected is released, and reported to `onCleanupError`.
 */
export type EphemeralPersonaHandle<C, Method = MethodOn<C>> = SpeakingMethods<
  C,
  Method
> & {
  /** As it is now: it has another ID after it was deleted elsewhere and created again. */
  readonly persona: EphemeralPersona<PersonaId>;

  /**
   * Ends the use. Resolves when the sends that were begun are answered and the
   * persona, if nobody else uses it, is deleted; after some seconds in any
   * case. Never rejects. Further calls do nothing.
   */
  readonly release: () => Promise<void>;

  /** The same, for `await using`. */
  readonly [Symbol.asyncDispose]: () => Promise<void>;
};

declare global {
  // For compilers without the library "esnext.disposable".
  interface SymbolConstructor {
    readonly asyncDispose: unique symbol;
  }
}

/** The arguments of a send method, without a `personaId` option. */
type WithoutPersona<F> = F extends (...args: infer A) => infer R
  ? (...args: WithOptions<A, unknown>) => R
  : F extends PostMethods
    ? { readonly [M in keyof PostMethods]: WithoutPersona<F[M]> }
    : never;

/** The methods of Slack's `chat` that carry personas. */
interface PostMethods {
  postMessage: (options: never) => unknown;
  postEphemeral: (options: never) => unknown;
}

/** The arguments of a method whose last one, which may be missing, is options, a message or messages. */
type WithLast<A extends unknown[], O> = A extends [infer M]
  ? M extends (infer E)[]
    ? [messages: (E & O)[]]
    : M extends string
      ? [text: M, options?: O]
      : [message: M & O]
  : A extends [infer T, (infer P)?]
    ? [content: T, options?: P & O]
    : A extends [infer T, infer D, (infer P)?]
      ? [content: T, details: D, options?: P & O]
      : A;

/** A covered method of a channel on which messages carry a profile, or Slack's `chat`. */
export type OnFace<F, Name extends string> = F extends (
  ...args: infer A
) => infer R
  ? (...args: WithLast<A, PersonaOption<Name>>) => R
  : {
      [M in keyof F]: M extends keyof PostMethods ? OnFace<F[M], Name> : F[M];
    };

/** A method of a client on whose channel messages carry a profile, or Slack's `chat`: the recipient comes first, if there is one. */
export type OnClient<F, Name extends string> = F extends (
  ...args: infer A
) => infer R
  ? (...args: WithRecipient<A, PersonaOption<Name>>) => R
  : OnFace<F, Name>;

type WithRecipient<A extends unknown[], O> = A extends [
  (infer E extends object)[],
  ...infer Rest,
]
  ? [messages: (E & O)[], ...options: Rest]
  : A extends [infer M extends object]
    ? [message: M & O]
    : A extends [infer To, ...infer Rest]
      ? [recipient: To, ...content: WithLast<Rest, O>]
      : A;

/** The methods that take the contents of a file. */
export type UploadMethod = `send${'Image' | 'Audio' | 'Video' | 'File'}`;

/** Options of every send method: `null` is the Page. */
interface PersonaOption<Name extends string> {
  personaId?: Speaker<Name> | null | undefined;
}

/** What the contents of a file are called; Bottender's types lack it. */
export interface FileOption {
  filename?: string | undefined;
}

/** The arguments of a send method, with these instead of its own `personaId` option. */
type WithOptions<A extends unknown[], O> = {
  [I in keyof A]: 'personaId' extends keyof NonNullable<A[I]>
    ? Omit<NonNullable<A[I]>, 'personaId'> & O
    : A[I];
};

type Covered<F, O> = F extends (...args: infer A) => infer R
  ? (...args: WithOptions<A, O>) => R
  : never;

/** The second form lets a context with names stand where one of Bottender's is asked for. */
export type Both<F, Name extends string, O = unknown> = Covered<
  F,
  PersonaOption<Name> & O
> &
  Covered<F, { personaId?: Speaker<Name> } & O>;
