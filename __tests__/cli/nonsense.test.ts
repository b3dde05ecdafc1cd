import { onPage, startFakeGraph } from '../support/fakeGraph';
import { pictureOf, profile } from '../support/personas';
import { makeApp } from './cliApp';

/** A Messenger that knows the Page, and answers everything else with this. */
async function answering(body: unknown): Promise<string> {
  const { origin } = await startFakeGraph(onPage({ body }));
  return origin;
}

const COMMANDS = [
  ['list'],
  ['get', '--id', '12'],
  ['create', '--name', 'Adam', '--pic', pictureOf('Adam')],
  ['delete', '--id', '12'],
  ['sync', '--yes'],
];
const directory = { adam: profile('Adam') };

test.each(COMMANDS)('%s reports an answer that is invalid', async (...args) => {
  for (const body of ['<html></html>', null, { data: 'x', id: 7 }]) {
    const app = makeApp(await answering(body), { directory });
    const { status, stdout, stderr } = await app.run(...args, '--json');
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(
      /^Error: Could not .+: the response .+ \(HTTP 200\)/,
    );
  }
});

test.each(COMMANDS)(
  '%s reports a Page that Messenger does not name',
  async (...args) => {
    for (const reply of [{ text: '<html>Sign in to the network</html>' }, {}]) {
      const { origin } = await startFakeGraph([reply]);
      const app = makeApp(origin, { directory });
      const { status, stderr } = await app.run(...args);
      expect(status).toBe(1);
      expect(stderr).toMatch(
        'Error: Could not open the Page: the response has no Page ID (HTTP 200)',
      );
    }
  },
);

test('get shows a persona without name and picture', async () => {
  const app = makeApp(await answering({ id: '12' }));
  expect(await app.json(0, 'get', '--id', '12')).toMatchObject({
    persona: { id: '12', name: '', profilePictureUrl: '' },
  });
  const { stdout } = await app.run('get', '--id', '12');
  expect(stdout).toMatch(/^ID: +12\nName: +\nPicture: +\n$/);
});

describe('a list with valid and invalid entries', () => {
  const data = [
    null,
    { id: '12' },
    { id: '13', name: null, profile_picture_url: 5 },
    { id: '14', name: 'Eve', profile_picture_url: pictureOf('Eve') },
    { name: 'Nobody' },
    'x',
  ];
  const picture = pictureOf('Eve');
  const shown = [
    { id: '12', name: '', profilePictureUrl: '' },
    { id: '13', name: '', profilePictureUrl: '' },
    { id: '14', name: 'Eve', profilePictureUrl: picture },
  ];

  test('list shows the entries with an ID, and warns about the others', async () => {
    const app = makeApp(await answering({ data }), { directory });
    expect(await app.json(0, 'list')).toMatchObject({ personas: shown });
    const { status, stdout, stderr } = await app.run('list');
    expect(status).toBe(0);
    expect(stdout).toContain('3 personas on the Page');
    expect(stderr).toContain('part of the list could not be read');
  });

  test('sync plans with the entries that have an ID', async () => {
    const app = makeApp(await answering({ data }), { directory });
    const { status, stdout } = await app.run('sync', '--prune', '--dry-run');
    expect(status).toBe(0);
    expect(stdout).toContain('1 to create, 3 to delete, 0 unchanged.');
  });

  test('there is no warning if all entries are valid', async () => {
    const app = makeApp(await answering({ data: data.slice(1, 4) }));
    const { status, stderr } = await app.run('list');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});

test('sync creates nothing again if the list does not show whether it was created', async () => {
  let lists = 0;
  const { origin, calls } = await startFakeGraph(
    onPage(({ method }) => {
      if (method === 'POST') return { status: 500, text: '' };
      lists += 1;
      return { body: { data: lists === 1 ? [] : [null] } };
    }),
  );
  const app = makeApp(origin, { directory });
  const { status, stderr } = await app.run('sync', '--yes');
  expect(status).toBe(1);
  expect(stderr).toContain('does not show whether it was created');
  expect(calls.filter((call) => call.startsWith('POST'))).toHaveLength(1);
});

test('sync creates nothing that an unreadable part of the list may contain', async () => {
  const { origin, calls } = await startFakeGraph(
    onPage({ body: { data: [], paging: { next: 'https://graph.test/next' } } }),
  );
  const app = makeApp(origin, { directory });
  const { status, stderr } = await app.run('sync', '--yes');
  expect(status).toBe(1);
  expect(stderr).toContain(
    'could not create adam "Adam": part of the list of personas could not be read',
  );
  expect(calls.filter((call) => call.startsWith('POST'))).toEqual([]);
});
