// Compiled, never run: a line that must not compile is marked, and one that
// compiles all the same is an error.
import type {
  LineContext,
  SlackContext,
  TelegramContext,
  ViberContext,
  WhatsappContext,
} from 'bottender';
import type { PersonaContext } from 'bottender-persona';

type Name = 'adam' | 'eve';

export async function OnLine(context: PersonaContext<LineContext, Name>) {
  await context.replyText('hi', { personaId: 'adam' });
  await context.replyText('hi', { sender: { name: 'Mine' } });
  await context.pushFlex('alt', { type: 'carousel', contents: [] });
  await context.reply([{ type: 'text', text: 'hi', personaId: null }]);
  await context.withPersona('eve', () => context.sendText('hi'));
  await context.as('adam').replyText('hi');
  await context.as('adam').reply([{ type: 'text', text: 'hi' }]);
  // @ts-expect-error a misspelt name
  await context.replyText('hi', { personaId: 'adan' });
  // @ts-expect-error the speaker has been chosen
  await context.as('adam').replyText('hi', { personaId: 'eve' });
}

// @ts-expect-error LINE has no such method
export type Missing = PersonaContext<LineContext>['typingOn'];

type SlackSpeaker = ReturnType<PersonaContext<SlackContext>['as']>;
// @ts-expect-error a speaker posts, and nothing else
export type Updates = SlackSpeaker['chat']['update'];

export async function OnSlack(context: PersonaContext<SlackContext, Name>) {
  await context.sendText('hi', { personaId: 'adam' });
  await context.chat.postMessage({ text: 'hi', personaId: null });
  await context.chat.update({ channel: 'C1', ts: '1', text: 'hi' });
  await context.postMessage('hi', { personaId: 'eve' });
  await context.as('adam').chat.postEphemeral({ text: 'hi' });
  // @ts-expect-error a misspelt name
  await context.chat.postMessage({ text: 'hi', personaId: 'adan' });
}

export async function OnOthers(
  viber: PersonaContext<ViberContext, Name>,
  telegram: PersonaContext<TelegramContext, Name>,
  whatsapp: PersonaContext<WhatsappContext, Name>,
) {
  await viber.sendText('hi', { personaId: 'adam' });
  await viber.sendSticker(1, { personaId: '12345678901234567' });
  await telegram.sendText('hi', { personaId: 'adam' });
  await whatsapp.sendText('hi', { personaId: 'eve' });
  await telegram.as('adam').sendMessage('hi');
  // @ts-expect-error a misspelt name
  await viber.sendText('hi', { personaId: 'adan' });
}

export function Handed(
  line: PersonaContext<LineContext, Name>,
  slack: PersonaContext<SlackContext, Name>,
) {
  const helpers = {
    line: (context: LineContext) => context.replyText('hi'),
    slack: (context: SlackContext) => context.sendText('hi'),
  };
  return [helpers.line(line), helpers.slack(slack)];
}
