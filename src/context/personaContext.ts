import type { Context, MessengerClient, MessengerContext } from 'bottender';

import type { ChannelName } from '../channels';
import type { Persona, PersonaId, Speaker } from '../persona';
import type { EphemeralPersona, PersonaProfile } from '../profile';

import type { PersonaClient as ClientWithPersonas } from './clientTypes';
import type {
  PersonaSendMethod,
  ChannelOf,
  EphemeralPersonaHandle,
  SendMethodOf,
  WithProfileOption,
  SpeakingMethods,
} from './methodTypes';

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
> = Omit<C, keyof PersonaMethods | (keyof C & SendMethodOf<C>)> &
  PersonaMethods<Name> & {
    [M in keyof C & SendMethodOf<C>]: C extends {
      readonly platform: Exclude<ChannelName, 'messenger'>;
    }
      ? WithProfileOption<C[M], Name>
      : PersonaSendMethod<C, M, Name>;
  };

/**
 * A client whose send and typing methods carry personas: what `plugin.client()`
 * gives for one of any channel.
 *
 * @typeParam Name the names of the directory, as for `PersonaContext`
 */
export type PersonaClient<
  C extends object = MessengerClient,
  Name extends string = string,
  Channel extends ChannelName = ChannelOf<C>,
> = ClientWithPersonas<C, Name, Channel>;
