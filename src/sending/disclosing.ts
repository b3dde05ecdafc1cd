import type { InsertedText } from '../channels/channel';
import type {
  Beginning,
  Conversations,
  Turn,
} from '../disclosure/conversations';
import type { DisclosureMoment } from '../disclosureOptions';
import type { Persona } from '../persona';
import { redactSecrets, secretsOf } from '../graph/secrets';
import type { PersonaKind } from '../profile';
import { kindOf } from '../speaking/speaker';
import { debug } from '../util/debug';
import { reasonOf } from '../util/failures';
import { warnOnce } from '../util/warn';
import { withTimeout } from '../util/withTimeout';

import { conversationKey, keyByToken, pageIdFor } from './conversation';
import type { OutgoingMessage } from './outgoingMessage';
import type { Sending } from './resolution';

/** How long a message waits for `disclosure.message`, in milliseconds. */
const MAX_TEXT_WAIT_MS = 5000;
const LATE = Symbol('late');

/** A text to send before a message. */
export interface DueText extends InsertedText {
  readonly moment: DisclosureMoment;
  readonly before: OutgoingMessage;
}

/** What one call discloses: it waits for its turn in the conversation, and ends what it began. */
export class Disclosing {
  turn: Turn;
  private key: string;
  /** What became of each message, or of each row of messages by one kind of speaker. */
  private begun: Beginning[] = [];
  private lastKind: PersonaKind | undefined;

  constructor(
    private readonly conversations: Conversations,
    private readonly sending: Sending,
    private readonly recipient: string,
  ) {
    this.key = keyByToken(sending, recipient);
    this.turn = conversations.enter(this.key);
  }

  /** The texts to send first. Never rejects. */
  async due(messages: readonly OutgoingMessage[]): Promise<DueText[]> {
    const { runtime, channel, context } = this.sending;
    const { directory, settings } = runtime;
    const page = settings.disclosure?.page ?? 'bot';
    const account = await pageIdFor(context);
    const byToken = this.key;
    const isPageUnknown = context.page && account === undefined;
    await this.turn.come();
    if (account !== undefined) {
      // Other tokens of the Page have queues of their own.
      this.key = conversationKey(channel, account, this.recipient);
      this.turn = this.conversations.enter(this.key, this.turn);
      await this.turn.come();
    }
    if (!isPageUnknown) await this.conversations.adopt(byToken, this.key);
    const due: DueText[] = [];
    for (const [position, outgoing] of messages.entries()) {
      const { speaker, resolution, message } = outgoing;
      const kind = kindOf(speaker, directory) ?? page;
      if (kind === this.lastKind) continue;
      this.lastKind = kind;
      if (isPageUnknown && kind === 'human') this.conversations.stray(byToken);
      const begun = await this.conversations.begin(this.key, kind, this.turn);
      if (!begun) continue;
      this.begun.push(begun);
      if (!('moment' in begun)) continue;
      const { moment } = begun;
      const persona = resolution?.persona ?? message.fixedId ?? null;
      const text = await this.text(moment, persona);
      if (typeof text === 'string') {
        debug('discloses the %s on %s', moment, channel.platform);
        due.push({ position, moment, text, before: outgoing });
        // The bot sends none, or it failed.
      } else await this.ended(text === null);
    }
    return due;
  }

  async ended(isDelivered: boolean): Promise<void> {
    await this.conversations.end(
      this.key,
      isDelivered ? this.lastKind : undefined,
    );
  }

  /** Nothing was delivered. */
  async undo(): Promise<void> {
    for (const begun of this.begun) {
      await this.conversations.undo(this.key, begun);
    }
  }

  /** @param reason may carry the secrets that an error of the client carries */
  failed(moment: DisclosureMoment, reason: string): void {
    const { runtime, context, client } = this.sending;
    const secrets = secretsOf(context.page?.client ?? client);
    const why = redactSecrets(reason.replace(/\.$/, ''), secrets);
    warnOnce(
      runtime,
      `The disclosure "${moment}" was not sent: ${why}. The message itself goes out, and the next one tries again.`,
    );
  }

  /** `null`: none; `undefined`: it failed. */
  private async text(
    moment: DisclosureMoment,
    persona: Persona | null,
  ): Promise<string | null | undefined> {
    const { runtime, channel, context: sendContext } = this.sending;
    const { disclosure } = runtime.settings;
    const { context } = sendContext;
    const about = { moment, persona, channel: channel.platform, context };
    const waitMs = Math.min(MAX_TEXT_WAIT_MS, this.turn.remainingMs);
    try {
      const given = Promise.resolve(disclosure?.message?.(about));
      const text: unknown = await withTimeout(given, waitMs, LATE);
      if (text === null || text === undefined) return null;
      if (typeof text === 'string' && text.trim() !== '') return text;
      this.failed(
        moment,
        text === LATE
          ? 'the option "disclosure.message" did not answer in time'
          : 'the option "disclosure.message" returned no text',
      );
    } catch (error) {
      const reason = reasonOf(error);
      this.failed(moment, `the option "disclosure.message" failed: ${reason}`);
    }
    return undefined;
  }
}
