import type { Context, MessengerContext } from 'bottender';

import type { SendMethodNames } from '../channels';
import type { Persona, PersonaId, Speaker } from '../persona';
import type { EphemeralPersona, PersonaProfile } from '../profile';

/** The personas that a context of this type can speak as. */
export type SpeakerOn<C> = C extends {
  usePersona(persona: infer S): void;
}
  ? NonNullable<S>
  : Persona;

/** An action that a block runs if its callback returns it. */
type AnyAction = (context: never, props: never) => unknown;

/** The props of an action without a predecessor in a chain. @inline */
type NoProps = Record<never, never>;

/** What a block resolves to if its callback returns `A`: nothing for an action, `any` for `any`. */
type BlockResult<A> = 0 extends 1 & A ? A : void;

/** The names of the send methods of a context of this type. */
type SendMethodOf<C> = keyof C &
  (C extends { readonly platform: infer P extends keyof SendMethodNames }
    ? SendMethodNames[P]
    : SendMethodNames['messenger']);

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
type WithProfileOption<F, Name extends string> = F extends (
  ...args: infer A
) => infer R
  ? (...args: WithLastOptions<A, PersonaOption<Name>>) => R
  : {
      [M in keyof F]: M extends keyof PostMethods
        ? WithProfileOption<F[M], Name>
        : F[M];
    };

/**
 * The send and typing methods of a context, under one persona. They are bound:
 * `const { sendText } = context.as('adam')` may be handed on.
 */
export type SpeakingMethods<C> = {
  readonly [M in SendMethodOf<C> | (keyof C & 'typing')]: WithoutPersona<C[M]>;
};

/**
 * The handle that `createEphemeralPersona` returns: the send and typing methods
 * of a context or a client, bound, which always send as the created persona. The
 * persona is deleted when no handle, block or pending send uses it any longer. A
 * send after the release rejects with ReleasedHandleError. A handle that is
 * garbage-collected is released, and reported to `onCleanupError`.
 */
export type EphemeralPersonaHandle<C> = SpeakingMethods<C> & {
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

/** What `personas()` adds to a context. `Name` is a name of the directory. */
export interface PersonaMethods<Name extends string = string> {
  /** The active persona as the bot named it (an ID or a name), or `null` for the Page. */
  readonly persona: Speaker<Name> | null;

  /**
   * Speaks as this persona (`null`: as the Page) from here on, until the
   * enclosing `withPersona` block or the event ends.
   *
   * @throws InvalidPersonaError for an empty or non-string persona
   */
  usePersona(persona: Speaker<Name>): void;
  usePersona(persona: Speaker<Name> | null): void;

  /**
   * A speaker: this context's send and typing methods, always as this persona
   * (`null`: as the Page; omitted: as the active speaker), whichever block,
   * queue, emitter or generator calls them. They are bound, call the context's
   * own methods, and take no `personaId`.
   *
   * @throws InvalidPersonaError for an empty or non-string persona
   */
  as(...persona: [] | [persona: Speaker<Name> | null]): SpeakingMethods<this>;

  /**
   * Speaks as this persona inside `run` and all that it calls and awaits, and
   * returns what `run` returns. Errors of `run` are not changed. Blocks may be
   * nested and may run concurrently. `run` may be an action; a function that it
   * returns is run as an action inside the block.
   *
   * Rejects with InvalidPersonaError for an empty or non-string persona.
   */
  withPersona<A extends AnyAction>(
    persona: Speaker<Name> | null,
    run: (context: this, props: NoProps) => A | Promise<A>,
  ): Promise<BlockResult<A>>;
  withPersona<T>(
    persona: Speaker<Name> | null,
    run: (context: this, props: NoProps) => T | Promise<T>,
  ): Promise<T>;

  /**
   * Creates a persona, speaks as it inside `run`, and deletes it after the last
   * send of the block is answered, awaited or not. Errors of `run` are not
   * changed; a failed deletion is reported to `onCleanupError`.
   *
   * Rejects with InvalidProfileError for a profile that Messenger would refuse,
   * before anything is sent.
   */
  withEphemeralPersona<A extends AnyAction>(
    profile: PersonaProfile,
    run: (
      persona: EphemeralPersona<PersonaId>,
      context: this,
    ) => A | Promise<A>,
  ): Promise<BlockResult<A>>;
  withEphemeralPersona<T>(
    profile: PersonaProfile,
    run: (
      persona: EphemeralPersona<PersonaId>,
      context: this,
    ) => T | Promise<T>,
  ): Promise<T>;

  /**
   * Creates a persona that speaks until it is released, such as an agent's from
   * sign-in to sign-out, and returns the handle to speak and release it with.
   *
   * Rejects with InvalidProfileError for a profile that Messenger would refuse,
   * and with ReleasedHandleError after `close()`.
   *
   * @example
   * ```ts
   * await using adam = await context.createEphemeralPersona(profile);
   * await adam.sendText('Adam here.');
   * ```
   */
  createEphemeralPersona(
    profile: PersonaProfile,
  ): Promise<EphemeralPersonaHandle<this>>;
}

/** The methods that take the contents of a file. */
export type UploadMethod = `send${'Image' | 'Audio' | 'Video' | 'File'}`;

/** The option of every send method; `null` is the Page. */
interface PersonaOption<Name extends string> {
  personaId?: Speaker<Name> | null | undefined;
}

/** The name of an uploaded file; Bottender's types lack it. */
export interface FileOption {
  filename?: string | undefined;
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

/** A send method that accepts names. The second overload keeps it assignable to Bottender's own type. */
export type PersonaSendMethod<
  F,
  Name extends string,
  O = unknown,
> = WithNewOption<F, PersonaOption<Name> & O> &
  WithNewOption<F, { personaId?: Speaker<Name> } & O>;

/**
 * A context that `personas()` was installed on, for the handlers that use it.
 *
 * @typeParam C the context of Bottender's that it extends
 * @typeParam Name the names of the directory, as `NamesOf<typeof plugin>` gives
 * them; then a misspelt name does not compile, while IDs remain possible
 * @example
 * ```ts
 * async function App(context: PersonaContext) {
 *   await context.withPersona('<PERSONA_ID>', () => context.sendText('hi'));
 * }
 * ```
 */
export type PersonaContext<
  C extends Context = MessengerContext,
  Name extends string = string,
> = Omit<C, keyof PersonaMethods | SendMethodOf<C>> &
  PersonaMethods<Name> & {
    [M in SendMethodOf<C>]: C extends {
      readonly platform: Exclude<keyof SendMethodNames, 'messenger'>;
    }
      ? WithProfileOption<C[M], Name>
      : PersonaSendMethod<
          C[M],
          Name,
          M extends UploadMethod ? FileOption : unknown
        >;
  };
