import { PAGE } from '../support/bot';
import { codeBlocks } from '../support/docs';
import { startEmulator } from '../support/emulator';
import { createPersona, profile } from '../support/personas';
import { leaveRecord } from '../support/stores';
import { makeApp } from './cliApp';

test('the example in docs/command-line.md is the real output of the commands', async () => {
  const emulator = await startEmulator();
  const record = async (name: string, id: string, as: object) =>
    app.store.set(`directory:${PAGE.id}:${name}`, { id, ...as });
  const adam = profile('Adam Z.', 'https://example.com/adam.png');
  const beth = profile('Beth Lee');
  const john = profile('John Mathew');
  const app = makeApp(emulator.origin, { directory: { adam, beth } });
  await record('adam', await createPersona(emulator, adam.name), adam);
  await record('beth', await createPersona(emulator, beth.name), beth);
  await createPersona(emulator, 'Dan Old');
  await leaveRecord(app.store, {
    pageId: PAGE.id,
    id: await createPersona(emulator, john.name),
    ...john,
    expiresAt: Date.now() + 44_000,
  });
  const listed = await app.run('list');
  app.setDirectory({
    adam: profile('Adam Z.', 'https://example.com/adam-2026.png'),
    chen: profile('Chen Wei', 'https://example.com/chen.png'),
    beth,
  });
  const synced = await app.run('sync', '--prune', '--yes');

  const printed = outline(listed.stdout + synced.stdout);
  const example = codeBlocks('docs/command-line.md').find(
    ({ language }) => language === 'console',
  );
  // What is typed, and asked on a terminal, is not printed here.
  const shown = outline(example?.code ?? '').filter(
    (line) => !/^\$|^Do this/.test(line),
  );
  expect(shown.length).toBeGreaterThan(12);
  expect(printed).toEqual(expect.arrayContaining(shown));
});

/** Without IDs, addresses, gaps and the Page's own name, which the example makes up. */
function outline(text: string): string[] {
  return text
    .split('\n')
    .map((line) =>
      line
        .replace(/\d{10,}/g, '<id>')
        .replace(/https?:\S+/, (url) =>
          /-2026|chen/.test(url) ? url : '<url>',
        )
        .replace(/expires in \d+ s/, 'expires in <s>')
        .replace(/^(Page <id>) \(.*\)$/, '$1')
        .replace(/ {2,}/g, '  ')
        .trim(),
    )
    .filter((line) => line !== '');
}
