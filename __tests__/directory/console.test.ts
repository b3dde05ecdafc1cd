import { ConsoleBot } from 'bottender';
import { personas, type PersonaContext } from 'bottender-persona';

import { profile } from '../support/personas';

/** What the console shows when a customer writes and this handler answers. */
async function shownBy(
  handler: (context: PersonaContext) => Promise<void>,
): Promise<string[]> {
  const lines: string[] = [];
  const bot = new ConsoleBot({ fallbackMethods: true });
  const plugin = personas({ directory: { adam: profile('Adam') } });
  // Bottender's types know nothing of what a plugin adds to a context.
  bot.use((context) => plugin(context) as unknown as void);
  bot.onEvent(handler as unknown as Parameters<typeof bot.onEvent>[0]);
  Object.assign(bot.connector.client ?? {}, {
    sendText: (text: string) => lines.push(text),
  });
  const say = bot.createRequestHandler() as (body: object) => Promise<void>;
  await say({ message: { text: 'hello' } });
  return lines;
}

describe('on the console the name is shown, and nothing is created', () => {
  test('by a method that the console has', async () => {
    const lines = await shownBy(async (context) => {
      context.usePersona('adam');
      await context.sendText('hi');
    });
    expect(lines).toEqual([expect.stringMatching(/hi[^]*"personaId": "adam"/)]);
  });

  test('by one that it only simulates', async () => {
    const lines = await shownBy((context) =>
      context.withPersona('adam', async () => {
        await context.sendGenericTemplate([], {});
      }),
    );
    expect(lines).toEqual([
      expect.stringMatching(/sendGenericTemplate[^]*"personaId": "adam"/),
    ]);
  });

  test('and context.persona returns it', async () => {
    const lines = await shownBy(async (context) => {
      context.usePersona('adam');
      await context.withPersona(null, () =>
        context.sendText(`the Page: ${context.persona}`),
      );
      await context.sendText(`named: ${context.persona}`);
    });
    expect(lines[0]).toBe('the Page: null');
    expect(lines[1]).toContain('named: adam');
  });
});
