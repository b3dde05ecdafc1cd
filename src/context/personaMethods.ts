import type { Channel } from '../channels/channel';
import { OpenHandle } from '../ephemeral/openHandles';
import { ReleasedHandleError } from '../errors';
import { checkProfile } from '../profile';
import { withoutPersonas } from '../sending/messageFields';
import { checkRun } from '../speaking/runActions';
import type { ScopedPersonas } from '../speaking/scopedPersonas';
import { publicPersona } from '../speaking/speaker';
import { rejected } from '../util/failures';
import { callableNames, methodDescriptors, type Method } from '../util/methods';
import { getProperty } from '../util/values';

import { withPretended } from './mocks';

/** On unknown platforms, methods with such names are taken to send. */
const SEND_METHODS = /^(send|typing)/;

/** A context or a client that has persona methods. */
interface Speaking {
  readonly target: object;
  readonly personas: ScopedPersonas;
  readonly channel: Channel | undefined;
}

interface BlockOptions {
  /** For messages: `context`. */
  readonly owner: string;
  /** What the function of `withPersona` gets after the context or client. */
  readonly props: readonly object[];
  readonly runBlock: (run: () => unknown, target: object) => Promise<unknown>;
}

/** The persona methods that contexts and clients have in common. */
export function personaMethods(
  speakingOf: (target: object) => Speaking,
  { owner, props, runBlock }: BlockOptions,
): Record<string, Method> {
  return {
    as(this: object, ...given) {
      const speaking = speakingOf(this);
      const { personas } = speaking;
      const speaker =
        given.length === 0
          ? personas.active.speaker
          : personas.speakerNamed(given[0]);
      return speakingMethods(speaking, (call) => personas.runAs(speaker, call));
    },
    withPersona(this: object, persona, run) {
      const { target, personas } = speakingOf(this);
      return personas.with(persona, () => {
        checkRun(`${owner}.withPersona`, run);
        return runBlock(() => run(target, ...props), target);
      });
    },
    async withEphemeralPersona(this: object, profile, run) {
      checkRun(`${owner}.withEphemeralPersona`, run);
      const { target, personas } = speakingOf(this);
      return personas.withEphemeral(profile, (id, checked) =>
        runBlock(() => run({ id, ...checked }, target), target),
      );
    },
    createEphemeralPersona(this: object, profile) {
      return createHandle(speakingOf(this), profile);
    },
  };
}

/** A speaker with a persona of its own, which exists until the handle is released. */
async function createHandle(
  speaking: Speaking,
  given: unknown,
): Promise<object> {
  const profile = checkProfile(given);
  const { personas } = speaking;
  const { handles } = personas.runtime;
  if (handles.isClosed) throw new ReleasedHandleError(profile.name);
  const speaker = await personas.createFor(profile);
  const use = speaker.kind === 'ephemeral' ? speaker.handle : undefined;
  // Not in the speaker: sockets that were opened in its scope refer to that.
  const owner = { open: new OpenHandle(profile, use, publicPersona(speaker)) };
  handles.add(owner.open, owner);
  const methods = speakingMethods(speaking, (call) =>
    owner.open.isReleased
      ? rejected(new ReleasedHandleError(profile.name))
      : personas.runAs(speaker, call),
  );
  const release = () => handles.release(owner.open);
  return Object.defineProperties(methods, {
    ...methodDescriptors({ release }),
    persona: { enumerable: true, get: () => owner.open.persona },
    [Symbol.asyncDispose]: { value: release },
  });
}

/**
 * The send and typing methods of a context or a client, bound. Each call looks up
 * the method of `target`, so that later wrappers of other plugins are called too.
 *
 * @param run runs each call in the scope of a speaker
 */
function speakingMethods(
  { target, channel }: Speaking,
  run: (call: () => unknown) => unknown,
): object {
  const { sendMethods = SEND_METHODS, namespaces = [] } = channel ?? {};
  const bindMethod =
    (getTarget: () => unknown, name: string): Method =>
    (...args) =>
      run(() => call(getTarget(), name, withoutPersonas(args)));
  const bindMethods = (getTarget: () => unknown) => {
    const methods: Record<string, Method> = {};
    for (const name of callableNames(getTarget(), sendMethods)) {
      methods[name] = bindMethod(getTarget, name);
    }
    return methods;
  };
  const created: Record<string, unknown> = bindMethods(() => target);
  for (const namespace of namespaces) {
    const methods = bindMethods(
      () => Reflect.get(target, namespace) as unknown,
    );
    if (Object.keys(methods).length > 0) created[namespace] = methods;
  }
  return channel
    ? withPretended(target, created, channel, (name) =>
        bindMethod(() => target, name),
      )
    : created;
}

function call(target: unknown, name: string, args: unknown[]): unknown {
  const method = getProperty(target, name);
  if (typeof method !== 'function') return undefined;
  return Reflect.apply(method as Method, target, args);
}
