import path from 'node:path';

import { getClient } from 'bottender';
import type { Personas } from 'bottender-persona';

import type { Conversation } from './desk';

type Names = 'adam';

/** The human agents' side of the conversation: everything that they send is Adam's. */
export class Agents {
  private constructor(private readonly client: ReturnType<typeof clientOf>) {}

  /** Speaks with the personas of bottender.config.js, which reads the credentials. */
  static async start(): Promise<Agents> {
    const file = path.resolve('bottender.config.js');
    const { default: config } = (await import(file)) as {
      default: { plugins: [Personas<Names>] };
    };
    return new Agents(clientOf(config.plugins[0]));
  }

  async say(psid: string, text: string): Promise<void> {
    const adam = this.client.as('adam');
    await adam.sendText(psid, text, { messagingType: 'RESPONSE' });
  }

  async typing(psid: string, isTyping: boolean): Promise<void> {
    const { typingOn, typingOff } = this.client.as('adam');
    await (isTyping ? typingOn(psid) : typingOff(psid));
  }

  /**
   * The Page says that the bot answers again, in whatever market: Meta asks for
   * that where a chat moves from a human to an automated experience.
   *
   * @see docs/messenger-facts.md#automated-chats
   */
  async handBack({ psid }: Pick<Conversation, 'psid'>): Promise<void> {
    const text = 'You are with the bot again.';
    await this.client.sendText(psid, text, { messagingType: 'RESPONSE' });
  }
}

function clientOf(plugin: Personas<Names>) {
  return plugin.client(getClient('messenger'));
}
