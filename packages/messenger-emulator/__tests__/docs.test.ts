import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { brokenLinks, codeBlocks } from '../../../__tests__/support/docs';

import { startEmulated } from './support/emulated';

const PACKAGE = 'packages/messenger-emulator/';
const README = `${PACKAGE}README.md`;
const DOCUMENTS = [
  README,
  ...readdirSync(path.join(__dirname, '../docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${PACKAGE}docs/${name}`),
];

test.each(DOCUMENTS)('%s has no link that leads nowhere', (file) => {
  expect(brokenLinks(file)).toEqual([]);
});

test('the package contains the facts on which its rules are based', () => {
  const read = (...file: string[]) =>
    readFileSync(path.join(__dirname, ...file), 'utf8');
  // To be copied over when it differs: links must hold in what npm installs too.
  expect(read('../docs/messenger-facts.md')).toBe(
    read('../../../docs/messenger-facts.md'),
  );
});

test('every rule names its fact, or says that it has none', () => {
  const rows = readFileSync(path.join(__dirname, '../docs/rules.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (Rule|-+) /.test(line));
  expect(rows.length).toBeGreaterThan(80);
  const isFounded = (row: string) =>
    /messenger-facts\.md#|\*\*Assumption\*\*|The emulator's own/.test(
      row.split(/(?<!\\)\|/).at(-2) ?? '',
    );
  expect(rows.filter((row) => !isFounded(row))).toEqual([]);
});

test('README.md, from a script', async () => {
  const emulated = await startEmulated();
  const { emulator, deliveries } = emulated;
  const send = async (name: string) => {
    const block = codeBlocks(README).find((each) => each.name === name);
    const [head = '', body] = (block?.code ?? '').split('\n\n');
    const [line = '', ...headers] = head.trim().split('\n');
    const [method, url = ''] = line.split(' ');
    return fetch(emulator.origin + new URL(url).pathname, {
      method,
      headers: headers.map((header): [string, string] => {
        const [key = '', value = ''] = header.split(': ');
        return [key, value];
      }),
      body,
    });
  };
  expect((await send('http-say')).status).toBe(200);
  expect(deliveries).toHaveLength(1);
  expect(await (await send('http-state')).json()).toMatchObject({
    conversations: [{ psid: '1001', entries: [{ message: { text: 'hi' } }] }],
  });
  expect((await send('http-fault')).status).toBe(200);
  const refused = await emulated.graph('POST', '/me/personas', {});
  expect(refused.body.error).toMatchObject({ code: 613 });
  await emulated.close();
});
