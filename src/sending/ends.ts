import type { IdChannel, IdPlace } from '../channels/channel';
import { getProperty } from '../util/getProperty';
import { methodDescriptors } from '../util/methodDescriptors';
import type { ContextPersonas } from '../speaking/contextPersonas';

import type { Call, Original } from './call';
import { Delivery, SENDING, type Sending } from './delivery';

/** What of Bottender's MessengerContext its methods end in. */
interface Ends {
  _client: object;
  _batchQueue?: BatchQueue | null;
  _getSendMethodOptions: OptionsMethod;
  _getSenderActionMethodOptions: OptionsMethod;
}

interface BatchQueue {
  push(request: BatchRequest): unknown;
}

interface BatchRequest {
  readonly body?: {
    readonly personaId?: string;
    readonly message?: { readonly text?: string };
  };
}

type OptionsMethod = (options?: object) => object;

/** Bottender calls one of these for the options, and then, at once, what the message ends in. */
const OPTIONS_METHODS = [
  '_getSendMethodOptions',
  '_getSenderActionMethodOptions',
] as const;

/**
 * Lets what a context sends end in a delivery of its own, at the context's
 * client and batch queue. So a refused message is tried again beneath whatever
 * others have wrapped around the context's methods, and they never run twice.
 * Who speaks is decided further above, where scopes are known; it comes here
 * among the options, under a key of ours.
 *
 * @returns whether this context has such ends
 */
export function deliverAtEnds(
  context: object,
  personas: ContextPersonas,
  { methods }: IdChannel,
): boolean {
  if (!hasEnds(context)) return false;
  /** What the options were asked for last, until it is sent. */
  let passing: Sending | undefined;
  const take = () => {
    const taken = passing;
    passing = undefined;
    return taken;
  };
  const ends: Partial<Ends> = {};
  for (const name of OPTIONS_METHODS) {
    const original = context[name];
    ends[name] = (options?: { [SENDING]?: Sending }) => {
      const { [SENDING]: sending, ...others } = options ?? {};
      passing = sending;
      return Reflect.apply(original, context, [others]);
    };
  }

  const { _client: client, _batchQueue: queue } = context;
  Object.defineProperty(context, 'client', {
    configurable: true,
    get: () => client,
  });
  ends._client = clientEnd(client, personas, methods, take);
  if (queue) ends._batchQueue = queueEnd(queue, personas, take);
  Object.defineProperties(context, methodDescriptors(ends));
  return true;
}

/** A text, and its options. */
const TEXT: IdPlace = { at: 1, text: 0 };

function clientEnd(
  client: object,
  personas: ContextPersonas,
  methods: IdChannel['methods'],
  take: () => Sending | undefined,
): object {
  return new Proxy(client, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      const place =
        typeof name === 'string' && Object.hasOwn(methods, name)
          ? methods[name]
          : undefined;
      if (!place || typeof value !== 'function') return value;
      const original = value as Original;
      return (...args: unknown[]) => {
        const sending = take();
        if (!sending) return Reflect.apply(original, target, args);
        const call = { place, args, lead: 1, original, self: target };
        return new Delivery(
          personas,
          isTextMessage(name, args, sending) ? textCall(call) : call,
        ).resume(sending);
      };
    },
  });
}

/** Whether somebody has made a message of what was called as a text. */
function isTextMessage(
  name: string | symbol,
  [, message]: unknown[],
  { place }: Sending,
): boolean {
  return (
    name === 'sendMessage' &&
    place.text !== undefined &&
    typeof getProperty(message, 'text') === 'string'
  );
}

/** The same call as one with a text, which can be signed. */
function textCall({ args, original, self }: Call): Call {
  const [recipient, message, options] = args;
  return {
    place: TEXT,
    args: [getProperty(message, 'text'), options],
    lead: 0,
    original: (text, changed) =>
      Reflect.apply(original, self, [
        recipient,
        { ...(message as object), text },
        changed,
      ]),
    self,
  };
}

function queueEnd(
  queue: BatchQueue,
  personas: ContextPersonas,
  take: () => Sending | undefined,
): BatchQueue {
  const push = (request: BatchRequest) => {
    const sending = take();
    if (!sending) return queue.push(request);
    const text = request.body?.message?.text;
    const isText = sending.place.text !== undefined && text !== undefined;
    return new Delivery(personas, {
      place: isText ? TEXT : { at: 1 },
      args: [text, {}],
      lead: 0,
      original: (signed, options) =>
        queue.push(changed(request, signed, options)),
      self: queue,
    }).resume(sending);
  };
  return Object.create(queue, { push: { value: push } }) as BatchQueue;
}

/** The same request with this text, if it has one, and the persona of these options. */
function changed(
  request: BatchRequest,
  text: unknown,
  options: unknown,
): BatchRequest {
  const { personaId: _sent, ...body } = request.body ?? {};
  const { personaId } = (options ?? {}) as { personaId?: string };
  return {
    ...request,
    body: {
      ...body,
      ...(typeof text === 'string' && {
        message: { ...body.message, text },
      }),
      ...(personaId !== undefined && { personaId }),
    },
  };
}

/** Mocks have none, and the console answers to any name without having it. */
function hasEnds(context: object): context is Ends {
  return (
    '_client' in context && OPTIONS_METHODS.every((name) => name in context)
  );
}
