import type { FaceChannel, Message, FacePlace } from '../channels/channel';
import { isDebugging } from '../util/debug';
import { PersonaError } from '../errors';
import type { Runtime } from '../runtime';
import type { ContextPersonas } from '../speaking/contextPersonas';
import { rejected } from '../speaking/rejected';
import { inScope } from '../speaking/scope';
import { tellWho } from '../speaking/rule';
import type { InForce } from '../speaking/speaker';

import { isMessage, ownPersona, withoutPersona } from './arguments';
import type { Original } from './call';
import { seeToAnswer, type SentWithFaces } from './faceAnswer';
import { faceOf, withoutFace, type GivenFace } from './givenFace';
import { faceFor, show } from './shown';
import { signed } from './sign';

/** One call of a covered method on a channel on which messages carry a profile. */
export interface FaceCall {
  readonly channel: FaceChannel;
  readonly place: FacePlace;
  readonly args: unknown[];
  /** What is covered, */
  readonly original: Original;
  /** and what it is called on. */
  readonly self: object;
  /** Where the answer is seen to here: what another attempt calls, beneath the wrappers of others. */
  readonly again?: Original | undefined;
}

/**
 * Calls a method with who speaks in its messages; as synchronous as Bottender's
 * own, because what LINE batches gives nothing back. Methods call each other:
 * what is dressed by then is left alone.
 */
export function sendWithFace(
  personas: ContextPersonas,
  call: FaceCall,
): unknown {
  try {
    if (call.place.holds === 'messages') return sendMessages(personas, call);
    const own = ownPersonaOf(call);
    return own === undefined
      ? sendOne(personas, call)
      : sendAs(own, personas, call);
  } catch (error) {
    // Bottender's own come as they come: LINE's second reply throws.
    if (error instanceof PersonaError) return rejected(error);
    throw error;
  }
}

function ownPersonaOf({ place: { at, also }, args }: FaceCall): unknown {
  const own = ownPersona(messageAt(args, at));
  return own === undefined ? ownPersona(messageAt(args, also)) : own;
}

/** As the call's own persona; what the method calls in its turn speaks as the same. */
function sendAs(
  own: unknown,
  personas: ContextPersonas,
  call: FaceCall,
): unknown {
  const args = call.args.map(withoutPersona);
  const speak = () => sendOne(personas, { ...call, args });
  return inScope(personas, personas.keep(own), speak, undefined, 'personaId');
}

function sendOne(personas: ContextPersonas, call: FaceCall): unknown {
  const { channel, place, args, again } = call;
  const speaker = personas.inForce();
  const dressed = dressedArgument(call);
  if (dressed) {
    // The method that called this one gave it.
    if (faceOf(dressed)) return callWith(call, args);
    const face = faceFor(personas, channel, place, speaker);
    if (!face || !wears(dressed, face)) {
      return handOn(dressed, personas, call);
    }
  }
  if (isDebugging()) tellWho(call.original, speaker, personas.rule());
  const shown = show(personas, channel, place, speaker);
  if (!shown) return callWith(call, args);
  const { look, given } = shown;
  if (!given) {
    if (typeof place.text !== 'number') return callWith(call, args);
    const { signText } = personas.runtime.settings;
    const { name } = look.profile;
    return callWith(call, signed(args, name, signText, place.text));
  }
  const message = messageAt(args, place.at) ?? NOTHING;
  const also = messageAt(args, place.also);
  const sent = dressed
    ? args
    : changed(args, place.at, withFace(message, given.face, also));
  const answer = callWith(call, sent);
  if (!again) return answer;
  const whole = new Sent(call, again, given, message, personas.runtime);
  return seeToAnswer(answer, whole, personas, channel);
}

/** One message, in a call of a covered method. */
class Sent implements SentWithFaces {
  constructor(
    private readonly call: FaceCall,
    private readonly method: Original,
    private readonly given: GivenFace,
    private readonly message: Message,
    private readonly runtime: Runtime,
  ) {}

  faces(): GivenFace[] {
    return [this.given];
  }

  again(): unknown {
    const { args, place, self } = this.call;
    const bare = withoutFace(this.message, this.given, this.runtime);
    return Reflect.apply(this.method, self, changed(args, place.at, bare));
  }
}

const NOTHING: Message = {};

/** The argument that has a face already, if any. */
function dressedArgument(call: FaceCall): Message | undefined {
  const { channel, place, args } = call;
  const message = messageAt(args, place.at);
  if (message && isDressed(message, channel)) return message;
  const other = messageAt(args, place.also);
  return other && isDressed(other, channel) ? other : undefined;
}

function isDressed(message: Message, { facePart }: FaceChannel): boolean {
  return facePart !== undefined && message[facePart] !== undefined;
}

/** An array, whose messages are dressed one by one: each may have a persona, or a face, of its own. */
function sendMessages(personas: ContextPersonas, call: FaceCall): unknown {
  const { channel, place, args } = call;
  const messages = args[place.at];
  if (!Array.isArray(messages)) return callWith(call, args);
  // Mostly the method that called this one has dressed them.
  const isReady = (message: unknown) =>
    isMessage(message) &&
    isDressed(message, channel) &&
    ownPersona(message) === undefined;
  if (messages.every(isReady)) return callWith(call, args);
  const around = personas.inForce();
  const dressed = messages.map((message: unknown) =>
    dressedMessage(message, personas, call, around),
  );
  return callWith(call, args.with(place.at, dressed));
}

function dressedMessage(
  given: unknown,
  personas: ContextPersonas,
  { channel, place }: FaceCall,
  around: InForce,
): unknown {
  if (!isMessage(given)) return given;
  const own = ownPersona(given);
  const message = withoutPersona(given) as Message;
  if (isDressed(message, channel) || bare.has(message)) return message;
  if (beingHanded?.personas === personas) {
    return withFace(message, beingHanded.face);
  }
  const speaker = own === undefined ? around : personas.keep(own);
  const shown = show(personas, channel, place, speaker);
  if (!shown?.given) {
    // Decided by the message itself: `send` hands it to `reply` or `push`.
    if (own !== undefined) bare.add(message);
    return message;
  }
  return withFace(message, shown.given.face);
}

/** Messages whose own persona is the bot, or none that can be shown. */
const bare = new WeakSet<object>();

/** The face that a caller put into options which Bottender is turning into a message: it may get lost there. */
let beingHanded: { personas: ContextPersonas; face: Message } | undefined;

function handOn(
  dressed: Message,
  personas: ContextPersonas,
  call: FaceCall,
): unknown {
  const before = beingHanded;
  const { facePart = '' } = call.channel;
  beingHanded = { personas, face: { [facePart]: dressed[facePart] } };
  try {
    return callWith(call, call.args);
  } finally {
    beingHanded = before;
  }
}

/** Whether this is our face for who speaks: the method that called this one gave it. */
function wears(message: Message, face: Message): boolean {
  return Object.entries(face).every(([key, part]) => message[key] === part);
}

function changed(args: unknown[], at: number, argument: unknown): unknown[] {
  const others = [...args];
  others[at] = argument;
  return others;
}

function callWith({ original, self }: FaceCall, args: unknown[]): unknown {
  return Reflect.apply(original, self, args);
}

function messageAt(
  args: unknown[],
  at: number | undefined,
): Message | undefined {
  const given = at === undefined ? undefined : args[at];
  return isMessage(given) ? given : undefined;
}

/**
 * The same message with this face; what the caller has put there stays.
 *
 * @param also where else the caller may have put something
 */
function withFace(message: Message, face: Message, also = NOTHING): Message {
  const dressed: Record<string, unknown> = { ...message };
  for (const key in face) {
    if (has(message, key) || has(also, key)) continue;
    dressed[key] = face[key];
  }
  return dressed;
}

/** In either spelling: Bottender takes keys as the platform writes them, too. */
function has(message: Message, key: string): boolean {
  if (message === NOTHING) return false;
  const given = message[key] ?? message[snakeCase(key)];
  return given !== undefined && given !== null;
}

function snakeCase(key: string): string {
  return key.replace(/[A-Z]/g, (at) => `_${at.toLowerCase()}`);
}
