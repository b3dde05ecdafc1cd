import type { Context } from 'bottender';

import { channelOf } from '../channels';
import type { Channel } from '../channels/channel';
import type { ChannelInfo } from '../errors';
import { isPersonaId, type Persona } from '../persona';
import { ownPersona } from '../sending/messageFields';
import type { ContextPersonas } from '../speaking/contextPersonas';
import { runActions } from '../speaking/runActions';
import { publicPersona } from '../speaking/speaker';
import {
  type Method,
  methodDescriptors,
  methodNames,
  prototypeChain,
} from '../util/methods';

import { ClientFronts, personasOfFront } from './clientFront';
import { callRemembered, rememberOwnMethod } from './rememberedMethods';
import { personaMethods } from './personaMethods';

/** A context on which `personas()` is installed. */
export interface Installed {
  readonly _personas: ContextPersonas;
}

/** Computed once per class of contexts, because each event creates a context. */
export interface ContextClass {
  readonly platform: string;
  readonly channel: Channel | undefined;
  /** `undefined` on Messenger. */
  readonly info: ChannelInfo | undefined;
  readonly fronts: ClientFronts | undefined;
  /** The prototype between the contexts and their class. */
  readonly mixin: object;
  /** Whether it is a subclass of Bottender's class. */
  readonly isExtended: boolean;
  /** The title of the channel, if it needs a later Bottender. */
  readonly tooOldFor: string | undefined;
  /** The property names of the last context that had values there and no own methods. Lets the common case skip the lookup. */
  plainNames: readonly string[] | undefined;
}

type Methods = Record<string, Method | undefined>;
type Options = Record<string, unknown>;

/** By prototype. */
const classes = new WeakMap<object, ContextClass>();

/** @param platform the context's: one class may serve several */
export function contextClassOf(base: object, platform: string): ContextClass {
  const known = classes.get(base);
  // A mock may have no platform.
  if (known && known.platform === platform) return known;
  const found = channelOf(platform);
  const isTooOld = found?.info !== undefined && !supportsProfiles(base);
  const channel = isTooOld ? undefined : found;
  const contextClass = {
    platform,
    channel,
    fronts: channel && new ClientFronts(channel),
    info: channel
      ? channel.info
      : { title: platform, defaultSender: 'The bot' },
    mixin: createMixin(base, channel),
    isExtended: extensionsOf(base).length > 0,
    tooOldFor: isTooOld ? found.info?.title : undefined,
    plainNames: undefined,
  };
  classes.set(base, contextClass);
  return contextClass;
}

/**
 * Whether a context is of Bottender 1.5 or later, where LINE and Slack contexts
 * send in the way that this package supports. Since 1.5 the common base class,
 * which has `setState`, also has `typing`; before, each channel's class had it.
 * Contexts without that base class, such as mocks, count as new.
 *
 * @see https://github.com/Yoctol/bottender/pull/796
 */
function supportsProfiles(base: object): boolean {
  for (const prototype of prototypeChain(base)) {
    if (Object.hasOwn(prototype, 'setState')) {
      return Object.hasOwn(prototype, 'typing');
    }
  }
  return true;
}

function createMixin(base: object, channel: Channel | undefined): object {
  const { senderActionMethod, droppedOptions = {} } = channel ?? {};
  // Methods that wait before they send, whose calls are checked first, or that drop the speaker.
  const remembered = new Set([
    'typing',
    senderActionMethod,
    ...Object.keys(droppedOptions),
    ...methodNames(extensionsOf(base)),
  ]);
  const properties: PropertyDescriptorMap = {};
  for (const name of methodNames(prototypeChain(base))) {
    const isRemembered = remembered.has(name);
    if (name.startsWith('_')) continue;
    if (!isRemembered && !channel?.sendMethods.test(name)) continue;
    const method = isRemembered
      ? rememberedMethod(base, name, channel)
      : undefined;
    properties[name] = {
      configurable: true,
      get: method ? () => method : () => (base as Methods)[name],
      set(this: Installed, own: unknown) {
        rememberOwnMethod(this, name, own, this._personas, channel);
      },
    };
  }
  for (const name of channel?.optionsMethods ?? []) {
    if (name in base) properties[name] = optionsMethod(base, name);
  }
  return Object.create(base, {
    ...properties,
    ...contextMethods,
    ...clientProperty(base),
  }) as object;
}

/** The subclasses of Bottender's class, which is the farthest one with a `platform`. */
function extensionsOf(base: object): object[] {
  const chain = [...prototypeChain(base)];
  const own = chain.findLastIndex((link) => Object.hasOwn(link, 'platform'));
  return chain.slice(0, Math.max(0, own));
}

function rememberedMethod(
  base: object,
  name: string,
  channel: Channel | undefined,
): Method {
  return function (this: Installed, ...args: unknown[]) {
    const run = () =>
      Reflect.apply(Reflect.get(base, name) as Method, this, args);
    return callRemembered(this._personas, channel, name, args, run);
  };
}

/**
 * Adds a known ID to options that Bottender has just created, because copying them
 * in the seam would cost more than the rest of the send.
 */
function optionsMethod(base: object, name: string): PropertyDescriptor {
  return {
    configurable: true,
    value(this: Installed, given: object) {
      const options = (base as Methods)[name]?.call(this, given) as Options;
      if (ownPersona(options) === undefined) {
        const { speaker } = this._personas.active;
        if (speaker.kind === 'persona' && isPersonaId(speaker.persona)) {
          options.personaId = speaker.persona;
        }
      }
      return options;
    },
  };
}

/** `context.client` stays the original client. */
function clientProperty(base: object): PropertyDescriptorMap {
  return {
    client: {
      configurable: true,
      get(this: Installed) {
        const { front, client } = this._personas;
        const given: unknown = Reflect.get(base, 'client', this);
        return given === front ? client : given;
      },
    },
  };
}

const contextMethods: PropertyDescriptorMap & ThisType<Installed> = {
  // A copy made by Object.assign has only what is enumerable, such as the client.
  _personas: {
    configurable: true,
    get(this: { _client?: unknown }) {
      return personasOfFront(this._client);
    },
  },
  persona: {
    configurable: true,
    get(this: Installed) {
      return publicPersona(this._personas.active.speaker);
    },
  },
  ...methodDescriptors({
    usePersona(this: Installed, persona: Persona | null) {
      this._personas.use(persona);
    },
    ...personaMethods(speakingOn, {
      owner: 'context',
      props: [{}],
      runBlock: runActions,
    }),
  }),
};

function speakingOn(target: object) {
  const { platform, _personas: personas } = target as Context & Installed;
  return { target, personas, channel: channelOf(platform) };
}
