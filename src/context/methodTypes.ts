import type {
  ChannelName,
  ClientMarks,
  ClientMethodNames,
  SendMethodNames,
} from '../channels';
import type { PersonaId, Speaker } from '../persona';
import type { EphemeralPersona } from '../profile';

// The types of methods that carry personas, of contexts and clients.

/** The channel of a client that is recognised. */
export type ChannelOf<C> = {
  [K in ChannelName]: C extends ClientMarks[K] ? K : never;
}[ChannelName];

/** The methods of a context or a client of this type that send. */
export type SendMethodOf<C> = C extends {
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
export type SpeakingMethods<C, Method = SendMethodOf<C>> = {
  // A batch is sent as it is.
  readonly [
    M in Exclude<keyof C & (Method | 'typing'), 'sendBatch'>
  ]: WithoutPersona<C[M]>;
};

/**
 * The handle that `createEphemeralPersona` returns: the send and typing methods
 * of a context or a client, bound, which always send as the created persona. The
 * persona is deleted when no handle, block or pending send uses it any longer. A
 * send after the release rejects with ReleasedHandleError. A handle that is
 * garbage-collected is released, and reported to `onCleanupError`.
 */
export type EphemeralPersonaHandle<
  C,
  Method = SendMethodOf<C>,
> = SpeakingMethods<C, Method> & {
  /** The current persona. Its ID changes if it is deleted elsewhere and created again. */
  readonly persona: EphemeralPersona<PersonaId>;

  /**
   * Releases the persona. Resolves when the handle's pending sends are answered
   * and the persona, if nothing else uses it, is deleted, or after some seconds.
   * Never rejects. Further calls do nothing.
   */
  readonly release: () => Promise<void>;

  /** Calls `release`, for `await using`. */
  readonly [Symbol.asyncDispose]: () => Promise<void>;
};

declare global {
  // For compilers without the library "esnext.disposable".
  interface SymbolConstructor {
    readonly asyncDispose: unique symbol;
  }
}

/** A send method without the `personaId` option. */
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

/** The arguments `A`, with `O` added to the last one: options (which may be omitted), a message or messages. */
type WithLastOptions<A extends unknown[], O> = A extends [infer M]
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

/** A send method, or Slack's `chat`, of a channel whose messages carry profiles. */
export type WithProfileOption<F, Name extends string> = F extends (
  ...args: infer A
) => infer R
  ? (...args: WithLastOptions<A, PersonaOption<Name>>) => R
  : {
      [M in keyof F]: M extends keyof PostMethods
        ? WithProfileOption<F[M], Name>
        : F[M];
    };

/** A send method of a client, or Slack's `chat`, of a channel whose messages carry profiles. The recipient comes first, if there is one. */
export type OnClient<F, Name extends string> = F extends (
  ...args: infer A
) => infer R
  ? (...args: WithRecipient<A, PersonaOption<Name>>) => R
  : WithProfileOption<F, Name>;

type WithRecipient<A extends unknown[], O> = A extends [
  (infer E extends object)[],
  ...infer Rest,
]
  ? [messages: (E & O)[], ...options: Rest]
  : A extends [infer M extends object]
    ? [message: M & O]
    : A extends [infer To, ...infer Rest]
      ? [recipient: To, ...content: WithLastOptions<Rest, O>]
      : A;

/** The option of every send method; `null` is the Page. */
interface PersonaOption<Name extends string> {
  personaId?: Speaker<Name> | null | undefined;
}

/** The arguments `A`, with `O` in place of their `personaId` option. */
type WithOptions<A extends unknown[], O> = {
  [I in keyof A]: 'personaId' extends keyof NonNullable<A[I]>
    ? Omit<NonNullable<A[I]>, 'personaId'> & O
    : A[I];
};

type WithNewOption<F, O> = F extends (...args: infer A) => infer R
  ? (...args: WithOptions<A, O>) => R
  : never;

/** The name of an uploaded file, in methods that take its contents; Bottender's types lack it. */
type FileOption<M> = M extends `send${'Image' | 'Audio' | 'Video' | 'File'}`
  ? { filename?: string | undefined }
  : unknown;

/** The send method `M`, which accepts names. The second overload keeps it assignable to Bottender's own type. */
export type PersonaSendMethod<
  C,
  M extends keyof C,
  Name extends string,
> = WithNewOption<C[M], PersonaOption<Name> & FileOption<M>> &
  WithNewOption<C[M], { personaId?: Speaker<Name> } & FileOption<M>>;
