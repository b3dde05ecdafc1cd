import { CHANNELS } from '../channels';
import { sendMethod, type Channel } from '../channels/channel';
import { InvalidOptionError } from '../errors';
import type { Runtime } from '../runtime';
import { ClientPersonas } from '../speaking/clientPersonas';
import { didYouMean } from '../util/closestMatch';
import { getProperty, isObject } from '../util/values';
import { callableNames, methodDescriptors, methodNames } from '../util/methods';

import { ClientFronts } from './clientFront';
import { personaMethods } from './personaMethods';

/** The clients that one `personas()` has given personas: one object for each client and channel. */
export class ClientRegistry {
  private readonly fronts = new WeakMap<object, Map<Channel, object>>();

  constructor(private readonly runtime: Runtime) {}

  /**
   * @param options `channel`: for a client that is not recognised
   * @throws TypeError for what is no client; InvalidOptionError for an unknown channel
   */
  of(client: unknown, options?: { readonly channel: string }): object {
    const named = options && channelNamed(options.channel);
    const channel = named ?? this.channelOf(client);
    if (!isObject(client) || !channel) throw notTaken('client', client);
    if (named) checkSends(client, named);
    const fronts = this.fronts.get(client) ?? new Map<Channel, object>();
    const front =
      fronts.get(channel) ?? createPersonaClient(client, channel, this.runtime);
    fronts.set(channel, front);
    this.fronts.set(client, fronts);
    // Given what this gave, the same client is meant.
    this.fronts.set(front, fronts);
    return front;
  }

  /** `undefined` for what is no client, and for a custom one that was not named yet. */
  channelOf(client: unknown): Channel | undefined {
    if (!isObject(client)) return undefined;
    const recognised = CHANNELS.find(
      ({ ownMethod }) => typeof getProperty(client, ownMethod) === 'function',
    );
    return recognised ?? this.fronts.get(client)?.keys().next().value;
  }
}

/** What `client()`, or `sweep()`, says to something that it does not take. */
export function notTaken(
  method: 'client' | 'sweep' | 'record' | 'forget',
  given: unknown,
): Error {
  const takes =
    method !== 'sweep'
      ? `the client of a channel, such as a MessengerClient of messaging-api-messenger. Any other object with the send methods ` +
        `of one is taken where you name the channel, as in client(yours, { channel: 'messenger' }); ` +
        `the channels are ${channelNames().join(', ')}. This`
      : 'the client of a Page, such as `context.client` or a MessengerClient with its access token, but this';
  const what = given === null ? 'null' : `of type ${typeof given}`;
  return new TypeError(`${method}() takes ${takes} was ${what}.`);
}

function channelNamed(name: string): Channel {
  const found = CHANNELS.find(({ platform }) => platform === name);
  if (found) return found;
  const names = channelNames();
  throw new InvalidOptionError(
    `The option "channel" of client() must be one of ${names.join(', ')}${didYouMean(String(name), names)}.`,
  );
}

function channelNames(): string[] {
  return CHANNELS.map(({ platform }) => platform);
}

function checkSends(client: object, channel: Channel): void {
  const { namespaces = [], platform, clientMethod, sendMethods } = channel;
  const names = [
    ...callableNames(client, sendMethods),
    ...namespaces.flatMap((namespace) =>
      callableNames(getProperty(client, namespace), sendMethods).map(
        (name) => `${namespace}.${name}`,
      ),
    ),
  ];
  if (names.some((name) => sendMethod(channel, name))) return;
  throw new TypeError(
    `client() was given an object without any method that sends on the channel "${platform}", such as ${clientMethod}. ` +
      `It takes those of the client of this channel, with the same arguments.`,
  );
}

const frontsByChannel = new Map<Channel, ClientFronts>();

/** The front of a client, with persona methods. The client itself stays as it is. */
function createPersonaClient(
  client: object,
  channel: Channel,
  runtime: Runtime,
): object {
  const personas = new ClientPersonas(client, runtime, channel.info);
  const fronts = frontsByChannel.get(channel) ?? new ClientFronts(channel);
  frontsByChannel.set(channel, fronts);
  const front = fronts.create(client, personas);
  const methods: Record<string, unknown> = {};
  // Functions of its own, which speakers have too.
  for (const name of methodNames([client])) {
    methods[name] = Reflect.get(front, name);
  }
  const speaking = { target: front, personas, channel };
  Object.assign(
    methods,
    personaMethods(() => speaking, {
      owner: 'client',
      props: [],
      runBlock: promised,
    }),
  );
  return Object.defineProperties(front, methodDescriptors(methods));
}

/** What a function returns, or throws, as an async function would. */
function promised(run: () => unknown): Promise<unknown> {
  return new Promise((resolve) => resolve(run()));
}
