import path from 'node:path';

import { getClient } from 'bottender';
import type { Personas } from 'bottender-persona';

import type { Conversation } from './desk';

type Names = 'adam';

/** Sends what human agents write, as Adam. */
export class Agents {
  private constructor(private readonly client: ReturnType<typeof clientOf>) {}

  /** Uses the `personas()` of bottender.config.js, which also reads the credentials. */
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
   * Sends, as the Page, that the bot answers again. Meta requires this when a chat
   * moves from a human to an automated experience; we do it in all markets.
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
