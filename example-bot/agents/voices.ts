import path from 'node:path';

import { getClient, type MessengerClient } from 'bottender';
import type {
  EphemeralPersonaHandle,
  PersonaClient,
  Personas,
} from 'bottender-persona';

import type { Agent } from './sessions';

type Client = PersonaClient<MessengerClient>;
type Handle = EphemeralPersonaHandle<Client>;

/** Within 24 hours of the customer's last message. */
const SEND_OPTIONS = { messagingType: 'RESPONSE' } as const;

export interface Message {
  readonly text: string;
  /** Messenger returns it in the message's echo. */
  readonly metadata: string;
}

/** Sends what agents write: each speaks as a persona of their own, from sign-in to sign-out. */
export class Voices {
  /** By the agent's ID. */
  private readonly handles = new Map<string, Promise<Handle>>();

  constructor(
    private readonly client: Client,
    private readonly plugin: Personas,
  ) {}

  /** Uses the `personas()` of bottender.config.js, which also reads the credentials. */
  static async start(): Promise<Voices> {
    const file = path.resolve('bottender.config.js');
    const { default: config } = (await import(file)) as {
      default: { plugins: [Personas] };
    };
    const [plugin] = config.plugins;
    return new Voices(plugin.client(getClient('messenger')), plugin);
  }

  /** Creates the agent's persona, if there is none yet. */
  open({ id, name, pictureUrl }: Agent): Promise<Handle> {
    const known = this.handles.get(id);
    if (known) return known;
    const created = this.client.createEphemeralPersona({
      name,
      profilePictureUrl: pictureUrl,
      kind: 'human',
    });
    this.handles.set(id, created);
    // The next message tries again.
    created.catch(() => this.handles.delete(id));
    return created;
  }

  /** Deletes the agent's persona once its last message is answered. */
  async close({ id }: Agent): Promise<void> {
    const handle = this.handles.get(id);
    this.handles.delete(id);
    await (await handle)?.release();
  }

  /** @returns Messenger's ID of the message */
  async send(agent: Agent, psid: string, message: Message): Promise<string> {
    const handle = await this.open(agent);
    const sent = await handle.sendMessage(psid, message, SEND_OPTIONS);
    return sent.messageId;
  }

  /** @returns Messenger's ID of the message */
  async sendPicture(
    agent: Agent,
    psid: string,
    { bytes, type }: { bytes: Buffer; type: string },
    metadata: string,
  ): Promise<string> {
    const filename = `picture.${type.split('/')[1] ?? ''}`;
    const handle = await this.open(agent);
    const { attachmentId } = await this.client.uploadAttachment(
      'image',
      bytes,
      { filename },
    );
    const attachment = { type: 'image' as const, payload: { attachmentId } };
    const message = { attachment, metadata };
    const sent = await handle.sendMessage(psid, message, SEND_OPTIONS);
    return sent.messageId;
  }

  async typing(agent: Agent, psid: string, isTyping: boolean): Promise<void> {
    const handle = await this.open(agent);
    await (isTyping ? handle.typingOn(psid) : handle.typingOff(psid));
  }

  /**
   * Says something as the Page. After a human, the plugin says before it that the
   * bot is back: see `disclosure` in bottender.config.js.
   *
   * @see docs/messenger-facts.md#automated-chats
   */
  async sayAsBot(psid: string, text: string): Promise<void> {
    await this.client.sendText(psid, text, SEND_OPTIONS);
  }

  /** The customer's name; rejects where Messenger does not tell it. */
  async nameOf(psid: string): Promise<string> {
    const user = await this.client.getUserProfile(psid, {
      fields: ['first_name', 'last_name'],
    });
    return [user.firstName, user.lastName].filter(Boolean).join(' ');
  }

  /** Deletes all personas of agents. */
  async end(): Promise<void> {
    this.handles.clear();
    await this.plugin.close();
  }
}
