import type { Channel } from '../channels/channel';
import { fieldsOf } from '../channels/messageCall';
import { PersonaError } from '../errors';
import { ownPersona } from '../sending/messageFields';
import { checkSenderAction } from '../sending/decideSpeaker';
import type { ScopedPersonas } from '../speaking/scopedPersonas';
import type { ActiveSpeaker, Decision } from '../speaking/speaker';
import { isPlainObject } from '../util/values';
import { type Method } from '../util/methods';
import { rejected } from '../util/failures';

/**
 * Calls a context's method that may wait before it sends, or that drops its
 * options: another plugin's wrapper, a method of a subclass of Bottender's class,
 * or `typing()`. All that it sends goes out as the speaker of this call.
 */
export function callRemembered(
  personas: ScopedPersonas,
  channel: Channel | undefined,
  name: string,
  args: readonly unknown[],
  run: () => unknown,
): unknown {
  if (!channel?.sendMethods.test(name)) return personas.runRemembered(run);
  try {
    const named = namedSpeaker(personas, channel, name, args);
    const decision: Decision = named
      ? { speaker: named, decidedBy: 'personaId' }
      : personas.active;
    if (name === channel.senderActionMethod) {
      const { settings } = personas.runtime;
      checkSenderAction(String(args[0]), decision.speaker, settings);
    }
    return personas.runRemembered(run, decision);
  } catch (error) {
    if (error instanceof PersonaError) return rejected(error);
    throw error;
  }
}

/** The speaker that the options of a call name, by `personaId` or by the channel's own field. */
function namedSpeaker(
  personas: ScopedPersonas,
  { droppedOptions, profileField }: Channel,
  name: string,
  args: readonly unknown[],
): ActiveSpeaker | undefined {
  for (const options of args) {
    const own = isPlainObject(options) ? ownPersona(options) : undefined;
    if (own !== undefined) return personas.speakerNamed(own);
  }
  const dropped = fieldsOf(args[droppedOptions?.[name] ?? -1]);
  if (profileField === undefined || !dropped) return undefined;
  const value = dropped[profileField];
  if (value === undefined) return undefined;
  return { kind: 'caller', fields: { [profileField]: value } };
}

/**
 * Wraps a context's own method, and each later replacement of it, so that its
 * calls keep their speaker. The wrapper is a Proxy, because tests read the calls
 * of a mock from its method.
 */
export function rememberOwnMethod(
  context: object,
  name: string,
  method: unknown,
  personas: ScopedPersonas,
  channel: Channel | undefined,
): void {
  const value =
    typeof method === 'function'
      ? remembered(method as Method, name, personas, channel)
      : method;
  // A property that others have made permanent stays as it is.
  Reflect.defineProperty(context, name, {
    configurable: true,
    enumerable: true,
    get: () => value,
    set(this: object, next: unknown) {
      rememberOwnMethod(this, name, next, personas, channel);
    },
  });
}

function remembered(
  method: Method,
  name: string,
  personas: ScopedPersonas,
  channel: Channel | undefined,
): Method {
  return new Proxy(method, {
    apply: (target, self, args: unknown[]) =>
      callRemembered(personas, channel, name, args, () =>
        Reflect.apply(target, self, args),
      ),
  });
}

/**
 * Wraps an object of functions such as `context.chat` in the same way.
 *
 * @param isExtended whether a subclass may override Bottender's own `_postMessage`, bound as `postMessage`, which calls the client at once
 */
export function rememberNamespace(
  namespace: object,
  personas: ScopedPersonas,
  channel: Channel,
  isExtended: boolean,
): object {
  const isOwn = (name: string, value: Method) =>
    !isExtended && value.name === `bound _${name}`;
  let own: Map<PropertyKey, unknown> | undefined;
  return new Proxy(namespace, {
    get(target, name) {
      const known = own?.get(name);
      if (known !== undefined) return known;
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function' || typeof name !== 'string') return value;
      if (isOwn(name, value as Method)) return value;
      const method = remembered(value as Method, name, personas, channel);
      (own ??= new Map()).set(name, method);
      return method;
    },
    set(target, name, value) {
      own?.delete(name);
      return Reflect.set(target, name, value);
    },
  });
}
