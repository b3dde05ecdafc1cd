import { createHash, randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';

/** A human who is signed in. Everybody at the desk sees this. */
export interface Agent {
  /** Not a secret: see `Session.digest`. */
  readonly id: string;
  readonly name: string;
  /** The address of the picture, for Messenger and for the console. */
  readonly pictureUrl: string;
}

interface Session {
  readonly agent: Agent;
  /** SHA-256 of the token in the agent's cookie. */
  readonly digest: string;
  /** A PNG, if the agent has no picture of ours. */
  readonly picture: Buffer | undefined;
  /** Open streams. */
  streams: number;
  /** Signs the agent out. */
  away: NodeJS.Timeout | undefined;
}

const MAX_AGENTS = 50;

/**
 * The agents who are signed in: from sign-in to sign-out, or until they had no
 * browser open for `awayMs`. Reloads, more tabs, and restarts of the bot change
 * nothing.
 */
export class Sessions extends EventEmitter<{
  change: [];
  left: [Agent];
}> {
  private readonly sessions = new Map<string, Session>();

  /** @param awayMs how long an agent without an open browser stays signed in */
  constructor(private readonly awayMs: number) {
    super();
  }

  /** The agents, with whether each has a browser open. */
  all(): (Agent & { isPresent: boolean })[] {
    return [...this.sessions.values()].map(({ agent, streams }) => ({
      ...agent,
      isPresent: streams > 0,
    }));
  }

  /** Whether an agent has a browser open. */
  get isStaffed(): boolean {
    return this.all().some(({ isPresent }) => isPresent);
  }

  /**
   * @param pictureUrlFor gets the new agent's ID
   * @param picture what `picture` returns for it
   * @throws SignInError if the name is taken, or nobody else can sign in
   */
  signIn(
    name: string,
    pictureUrlFor: (id: string) => string,
    picture?: Buffer,
  ): { agent: Agent; token: string } {
    const isTaken = [...this.sessions.values()].some(
      ({ agent }) => agent.name.toLowerCase() === name.toLowerCase(),
    );
    // Customers could not tell one from the other.
    if (isTaken) throw new SignInError(`Another ${name} is signed in already.`);
    if (this.sessions.size >= MAX_AGENTS) {
      throw new SignInError(`${MAX_AGENTS} agents are signed in already.`);
    }
    const id = randomBytes(8).toString('hex');
    const token = randomBytes(32).toString('base64url');
    const agent = { id, name, pictureUrl: pictureUrlFor(id) };
    this.add({ agent, digest: digestOf(token), picture });
    this.emit('change');
    return { agent, token };
  }

  signOut({ id }: Agent): void {
    const session = this.sessions.get(id);
    if (!session) return;
    clearTimeout(session.away);
    this.sessions.delete(id);
    this.emit('left', session.agent);
    this.emit('change');
  }

  /** @param token from a cookie */
  find(token: string | undefined): Agent | undefined {
    if (token === undefined) return;
    const digest = digestOf(token);
    return [...this.sessions.values()].find((each) => each.digest === digest)
      ?.agent;
  }

  agent(id: string | null): Agent | undefined {
    return id === null ? undefined : this.sessions.get(id)?.agent;
  }

  isPresent(id: string | null): boolean {
    return id !== null && (this.sessions.get(id)?.streams ?? 0) > 0;
  }

  picture(id: string): Buffer | undefined {
    return this.sessions.get(id)?.picture;
  }

  /** A browser of the agent is open. @returns ends that */
  attend({ id }: Agent): () => void {
    const session = this.sessions.get(id);
    if (!session) return () => undefined;
    clearTimeout(session.away);
    session.streams += 1;
    if (session.streams === 1) this.emit('change');
    return () => {
      session.streams -= 1;
      if (session.streams > 0 || !this.sessions.has(id)) return;
      this.awaitReturn(session);
      this.emit('change');
    };
  }

  toJSON(): object {
    return [...this.sessions.values()].map(({ agent, digest, picture }) => ({
      agent,
      digest,
      picture: picture?.toString('base64'),
    }));
  }

  /** Takes what `toJSON` gave before a restart. A session that cannot be read is left out. */
  restore(kept: unknown): void {
    if (!Array.isArray(kept)) return;
    for (const value of kept.slice(0, MAX_AGENTS)) {
      const { agent, digest, picture } = (value ?? {}) as Record<
        'agent' | 'digest' | 'picture',
        unknown
      >;
      if (!isAgent(agent) || typeof digest !== 'string') continue;
      const bytes =
        typeof picture === 'string'
          ? Buffer.from(picture, 'base64')
          : undefined;
      this.add({ agent, digest, picture: bytes });
    }
  }

  /** Stops waiting for agents who are away. */
  close(): void {
    for (const { away } of this.sessions.values()) clearTimeout(away);
  }

  private add(given: Pick<Session, 'agent' | 'digest' | 'picture'>): void {
    const session: Session = { ...given, streams: 0, away: undefined };
    this.sessions.set(given.agent.id, session);
    this.awaitReturn(session);
  }

  private awaitReturn(session: Session): void {
    clearTimeout(session.away);
    const signOut = () => this.signOut(session.agent);
    session.away = setTimeout(signOut, this.awayMs).unref();
  }
}

/** Why nobody can sign in like this, for the agent to read. */
export class SignInError extends Error {}

function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

function isAgent(value: unknown): value is Agent {
  const agent = value as Partial<Agent> | null;
  return [agent?.id, agent?.name, agent?.pictureUrl].every(
    (each) => typeof each === 'string' && each !== '',
  );
}
