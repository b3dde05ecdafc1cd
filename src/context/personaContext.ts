import type { Context, MessengerContext } from 'bottender';

import type { SendMethodNames } from '../channels';
import type { Persona, PersonaId, Speaker } from '../persona';
import type { EphemeralPersona, PersonaProfile } from '../profile';

/** What can be spoken as on contexts of this type. */
export type SpeakerOn<C> = C extends {
  usePersona(persona: infer S): void;
}
  ? NonNullable<S>
  : Persona;

/** What a block runs to the end, if it is given back. */
type AnyAction = (context: never, props: never) => unknown;

/** What an action is called with that has nothing before it in a chain. @inline */
type NoProps = Record<never, never>;

/** The result of a block that returns an action; `any` stays what it is. */
type Ended<A> = 0 extends 1 & A ? A : void;

/** The methods of contexts of this type that send. */
type MethodOn<C> = keyof C &
  (C extends { readonly platform: infer P extends keyof SendMethodNames }
    ? SendMethodNames[P]
    : SendMethodNames['messenger']);

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
type OnFace<F, Name extends string> = F extends (...args: infer A) => infer R
  ? (...args: WithLast<A, PersonaOption<Name>>) => R
  : {
      [M in keyof F]: M extends keyof PostMethods ? OnFace<F[M], Name> : F[M];
    };

/**
 * The send and typing methods of a context, under one persona. They are bound:
 * `const { sendText } = context.as('adam')` may be handed on.
 */
export type SpeakingMethods<C> = {
  readonly [M in MethodOn<C> | (keyof C & 'typing')]: WithoutPersona<C[M]>;
};

/**
 * What `createEphemeralPersona` gives: the send and typing methods of a context
 * or a client, bound, always as the persona that was created. It exists until
 * the last handle, block and pending send that uses it is released. A send after
 * the release rejects with ReleasedHandleError. A handle that is
 * garbage-collected is released, and reported to `onCleanupError`.
 */
export type EphemeralPersonaHandle<C> = SpeakingMethods<C> & {
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

/** What `personas()` adds to a context. `Name` is a name of the directory. */
export interface PersonaMethods<Name extends string = string> {
  /** Who speaks here, as it was given (an ID or a name), or `null` for the Page. */
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
   * (`null`: as the Page; left out: as the active speaker), whatever
   * block, queue, emitter or generator they are called from. They are bound,
   * call the context's own methods, and take no `personaId`.
   *
   * @throws InvalidPersonaError for an empty or non-string persona
   */
  as(...persona: [] | [persona: Speaker<Name> | null]): SpeakingMethods<this>;

  /**
   * Speaks as this persona inside `run` and all that it calls and awaits, and
   * returns what `run` returns. An error of `run` comes through unchanged.
   * Blocks may be nested and may run side by side. `run` may be an action, and a
   * function that it returns is one: it is run to the end inside the block.
   *
   * Rejects with InvalidPersonaError for an empty or non-string persona.
   */
  withPersona<A extends AnyAction>(
    persona: Speaker<Name> | null,
    run: (context: this, props: NoProps) => A | Promise<A>,
  ): Promise<Ended<A>>;
  withPersona<T>(
    persona: Speaker<Name> | null,
    run: (context: this, props: NoProps) => T | Promise<T>,
  ): Promise<T>;

  /**
   * Makes a persona, speaks as it inside `run`, and deletes it after the last
   * send of the block is answered, awaited or not. An error of `run` comes
   * through unchanged; a failed deletion is reported to `onCleanupError`.
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
  ): Promise<Ended<A>>;
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
> = Omit<C, keyof PersonaMethods | MethodOn<C>> &
  PersonaMethods<Name> & {
    [M in MethodOn<C>]: C extends {
      readonly platform: Exclude<keyof SendMethodNames, 'messenger'>;
    }
      ? OnFace<C[M], Name>
      : Both<C[M], Name, M extends UploadMethod ? FileOption : unknown>;
  };
