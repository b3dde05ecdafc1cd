/**
 * What customers must have read, told from what was sent: which messages began
 * when, which arrived when, and which of them the store has decided about. There
 * has to be an order of the messages in which each discloses what is due.
 */
export type Moment = 'start' | 'lapse' | 'handback';

/** A point in the order of events, and in time. */
export interface Sent {
  readonly tick: number;
  readonly ms: number;
}

/** A message that a process was told to send. */
export interface Attempt {
  readonly id: number;
  /** Messages of one round overlap in time; rounds follow one another. */
  readonly round: number;
  readonly customer: number;
  readonly process: number;
  readonly kind: 'bot' | 'human';
  /** Whether its process did not reach the store in this round. */
  readonly isAway: boolean;
  readonly begun: Sent;
  /** `undefined` where its process was killed. */
  ended: Sent | undefined;
  /** When it arrived. */
  message: Sent | undefined;
  readonly disclosures: (Sent & { readonly moment: Moment })[];
  /** Disclosures that Messenger did not take. */
  readonly refusedDisclosures: Moment[];
  /** Whether Messenger did not take the message. */
  isRefused: boolean;
  /** Who has decided what is disclosed: the store, the process alone, or either. */
  decidedBy: 'store' | 'process' | 'either';
}

/** By how much the clocks of the store and of the test may differ, in milliseconds. */
const SLACK_MS = 30;

/** Who spoke last, and between which times that was recorded. */
interface Last {
  readonly kind: 'bot' | 'human';
  readonly from: number;
  readonly to: number;
}

interface State {
  /** What the store knows of the conversation. */
  readonly store: Last | undefined;
  /** What each process has done while it did not reach the store. */
  readonly alone: ReadonlyMap<number, Last>;
}

/** The last moment at which the store cannot have decided yet. */
interface Step {
  readonly state: State;
  /** What comes later in the order arrives after this. */
  readonly after: number;
}

export class Contradiction extends Error {}

/** @throws Contradiction where no order explains the messages to a customer */
export function checkOrder(
  attempts: readonly Attempt[],
  lapseMs: number,
): void {
  for (const conversation of conversations(attempts)) {
    let states: State[] = [{ store: undefined, alone: new Map() }];
    for (const round of rounds(conversation)) {
      const next = new OrderSearch(round, lapseMs).from(states);
      if (next.length === 0) throw contradiction(conversation, round, states);
      states = next;
    }
  }
}

/** Finds the states in which a round can leave a conversation. */
class OrderSearch {
  private readonly found = new Map<string, State>();
  private readonly seen = new Set<string>();

  constructor(
    private readonly round: readonly Attempt[],
    private readonly lapseMs: number,
  ) {}

  from(states: readonly State[]): State[] {
    for (const state of states) this.search({ state, after: 0 }, this.round);
    return [...this.found.values()];
  }

  private search(step: Step, remaining: readonly Attempt[]): void {
    const key = `${keyOf(step.state)} ${step.after} ${remaining.map(({ id }) => id).join()}`;
    if (this.seen.has(key)) return;
    this.seen.add(key);
    if (remaining.length === 0) {
      for (const state of settled(step.state, this.round)) {
        this.found.set(keyOf(state), state);
      }
      return;
    }
    for (const next of remaining) {
      const isNext = remaining.every(
        ({ ended }) => !ended || ended.tick >= next.begun.tick,
      );
      if (!isNext) continue;
      const others = remaining.filter((other) => other !== next);
      for (const then of this.after(step, next)) this.search(then, others);
    }
  }

  /** What may be known once this message has had its turn. */
  private after({ state, after }: Step, attempt: Attempt): Step[] {
    const arrivals = [...attempt.disclosures, ...seenOf(attempt.message)];
    const steps: Step[] = [];
    if (attempt.decidedBy !== 'process') {
      // While a disclosure is sent, other messages wait.
      if (arrivals.some(({ tick }) => tick < after)) return [];
      const [first] = attempt.disclosures;
      const later = Math.max(after, first?.tick ?? 0);
      for (const store of this.outcomes(state.store, attempt)) {
        steps.push({ state: { ...state, store }, after: later });
      }
    }
    // Of a killed process nobody knows.
    if (attempt.decidedBy !== 'store' || !attempt.ended) {
      const { process } = attempt;
      for (const last of this.outcomes(state.alone.get(process), attempt)) {
        const alone = new Map(state.alone);
        if (last) alone.set(process, last);
        steps.push({ state: { ...state, alone }, after });
      }
    }
    return steps;
  }

  /** What may be known of the last message after this one; nothing where it contradicts what was known. */
  private outcomes(
    last: Last | undefined,
    attempt: Attempt,
  ): (Last | undefined)[] {
    const { kind, begun, ended, message, disclosures, isRefused } = attempt;
    const { refusedDisclosures } = attempt;
    const [first, second] = disclosures;
    if (second) return [];
    const to = message?.ms ?? ended?.ms ?? Infinity;
    const spoken: Last = { kind, from: begun.ms, to };
    const isLost = !ended && !message;
    if (kind === 'human') {
      if (first || refusedDisclosures.length > 0) return [];
      return isLost ? [last, spoken] : [spoken];
    }
    const due = this.due(last, attempt);
    if (refusedDisclosures.length > 0) {
      return refusedDisclosures.length === 1 &&
        due.has(refusedDisclosures[0]) &&
        !first
        ? [last]
        : [];
    }
    if (first) {
      if (!due.has(first.moment)) return [];
      const disclosed: Last = { kind, from: first.ms, to };
      return isLost ? [last, disclosed] : [disclosed];
    }
    // Nothing of it was seen, so it may have been about to disclose.
    if (isLost) return due.has(undefined) ? [last, spoken] : [last];
    if (!due.has(undefined)) return [];
    // What is not delivered does not put off the lapse.
    return isRefused ? [last] : [spoken];
  }

  /** What may be due before the message; `undefined` is nothing. */
  private due(
    last: Last | undefined,
    { begun, ended, message, disclosures }: Attempt,
  ): Set<Moment | undefined> {
    if (!last) return new Set(['start']);
    const decidedAt = disclosures[0]?.ms ?? message?.ms ?? ended?.ms;
    const oldest = (decidedAt ?? Infinity) - last.from + SLACK_MS;
    const youngest = begun.ms - last.to - SLACK_MS;
    const due = new Set<Moment | undefined>();
    if (oldest > this.lapseMs) due.add('lapse');
    if (youngest <= this.lapseMs) {
      due.add(last.kind === 'human' ? 'handback' : undefined);
    }
    return due;
  }
}

/** What the store may know once processes have reached it again. */
function settled(
  { store, alone }: State,
  round: readonly Attempt[],
): readonly State[] {
  const now = Math.max(...round.map(({ begun, ended }) => (ended ?? begun).ms));
  const from = Math.min(...round.map(({ begun }) => begun.ms));
  const none = new Map<number, Last>();
  const lone = round.filter(
    ({ decidedBy, ended }) => decidedBy !== 'store' && ended,
  );
  if (alone.size === 0 && lone.length === 0) return [{ store, alone: none }];
  const to = now + 25_000;
  const human: State = { store: { kind: 'human', from, to }, alone: none };
  const people = lone.filter(({ kind }) => kind === 'human');
  if (people.some(({ decidedBy }) => decidedBy === 'process')) return [human];
  const states: State[] = [{ store, alone: none }];
  if (people.length > 0) states.push(human);
  // What had hung, the store may have done later.
  if (store?.kind === 'bot') {
    states.push({ store: { kind: 'bot', from: store.from, to }, alone: none });
  }
  return states;
}

/**
 * For processes that decide alone, and share what they record: nothing that was
 * due is missed, and nothing is disclosed in a quiet conversation.
 *
 * @throws Contradiction
 */
export function checkCoverage(
  attempts: readonly Attempt[],
  lapseMs: number,
): void {
  for (const conversation of conversations(attempts)) {
    for (const attempt of conversation) {
      const missing = uncovered(attempt, conversation, lapseMs);
      if (missing === undefined) continue;
      throw new Contradiction(
        `Message ${attempt.id} needs a disclosure (${missing}):\n${print(conversation)}`,
      );
    }
    checkQuiet(conversation, lapseMs);
  }
}

function uncovered(
  attempt: Attempt,
  conversation: readonly Attempt[],
  lapseMs: number,
): Moment | undefined {
  const { kind, message, begun, round, process, decidedBy } = attempt;
  // One that was refused is tried again by the next message.
  if (kind === 'human' || !message || attempt.refusedDisclosures.length > 0) {
    return undefined;
  }
  const isAlone = decidedBy !== 'store';
  // What others have done without the store is known to it after the round.
  const known = conversation.filter((other) =>
    isAlone
      ? other.round === round && other.process === process
      : other.round !== round ||
        other.process === process ||
        other.decidedBy === 'store',
  );
  const before = known.filter(
    (other) => other.message && other.message.tick < begun.tick,
  );
  const isDisclosedAfter = (tick: number) =>
    conversation.some(({ disclosures }) =>
      disclosures.some((each) => each.tick > tick && each.tick < message.tick),
    );
  if (!isDisclosedAfter(0)) return 'start';
  const people = before.filter((other) => other.kind === 'human');
  if (people.some((human) => !isDisclosedAfter(human.begun.tick))) {
    return 'handback';
  }
  const lastAt = Math.max(
    ...conversation
      .filter((other) => other.begun.tick < message.tick && other !== attempt)
      .map(({ ended, message: seen }) => (ended ?? seen)?.ms ?? Infinity),
  );
  const isLapse = begun.ms - lastAt > lapseMs + SLACK_MS;
  const lastTick = Math.max(
    0,
    ...before.map((other) => other.message?.tick ?? 0),
  );
  return isLapse && !isDisclosedAfter(lastTick) ? 'lapse' : undefined;
}

/** After a round in which only bots spoke, and nothing failed, nothing is due. */
function checkQuiet(conversation: readonly Attempt[], lapseMs: number): void {
  let before: readonly Attempt[] = [];
  for (const round of rounds(conversation)) {
    const isQuiet =
      before.length > 0 && before.every(isPlainBot) && round.every(isPlainBot);
    const from = Math.min(...before.map(({ begun }) => begun.ms));
    const to = Math.max(...round.map(({ ended }) => ended?.ms ?? Infinity));
    before = round;
    if (!isQuiet || to - from > lapseMs - SLACK_MS) continue;
    const surplus = round.find(({ disclosures }) => disclosures.length > 0);
    if (!surplus) continue;
    throw new Contradiction(
      `Message ${surplus.id} discloses what nobody needs:\n${print(conversation)}`,
    );
  }
}

function isPlainBot(attempt: Attempt): boolean {
  const { kind, ended, isRefused, refusedDisclosures, decidedBy } = attempt;
  return (
    kind === 'bot' &&
    ended !== undefined &&
    !isRefused &&
    refusedDisclosures.length === 0 &&
    decidedBy === 'store'
  );
}

function conversations(attempts: readonly Attempt[]): Attempt[][] {
  const customers = new Set(attempts.map(({ customer }) => customer));
  return [...customers].map((customer) =>
    attempts.filter((attempt) => attempt.customer === customer),
  );
}

function rounds(conversation: readonly Attempt[]): Attempt[][] {
  const numbers = new Set(conversation.map(({ round }) => round));
  return [...numbers].map((number) =>
    conversation.filter(({ round }) => round === number),
  );
}

function seenOf(message: Sent | undefined): Sent[] {
  return message ? [message] : [];
}

function keyOf({ store, alone }: State): string {
  return JSON.stringify([store, [...alone]]);
}

function contradiction(
  conversation: readonly Attempt[],
  round: readonly Attempt[],
  states: readonly State[],
): Contradiction {
  const known = states.map(({ store }) => JSON.stringify(store)).join(' or ');
  return new Contradiction(
    `No order explains round ${round[0]?.round}, before which this was known: ${known}\n${print(conversation)}`,
  );
}

/** The messages to one customer, as they began, with the times of what arrived. */
function print(conversation: readonly Attempt[]): string {
  const at = (sent: Sent | undefined) =>
    sent ? `#${sent.tick} ${Math.round(sent.ms)} ms` : 'never';
  return conversation
    .map((attempt) => {
      const { id, round, process, kind, isAway, decidedBy } = attempt;
      const told = attempt.disclosures.map(
        (each) => `[${each.moment}] ${at(each)}, `,
      );
      const refused = attempt.refusedDisclosures.map(
        (each) => `[${each}] refused, `,
      );
      return (
        `round ${round}: ${kind} ${id} of process ${process}${isAway ? ', away' : ''}, decided by ${decidedBy}, ` +
        `begun ${at(attempt.begun)}, ${told.join('')}${refused.join('')}` +
        `arrived ${attempt.isRefused ? 'refused' : at(attempt.message)}, ended ${at(attempt.ended)}`
      );
    })
    .join('\n');
}
