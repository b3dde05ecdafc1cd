import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import {
  brokenLinks,
  documentsIn,
  FOR_CONTRIBUTORS,
  linksBeyond,
  ROOT,
} from './support/docs';

const PACKAGES = ['.', 'packages/messenger-emulator'];

const DOCUMENTS = [
  '.',
  'docs',
  'docs/api',
  'docs/recipes',
  'packages/messenger-emulator',
  'packages/messenger-emulator/docs',
  'packages/messenger-emulator/docs/api',
].flatMap(documentsIn);

it.each(DOCUMENTS)('%s has no broken link', (file) => {
  expect(brokenLinks(file)).toEqual([]);
});

describe.each(packedFiles(PACKAGES))('what npm packs of $folder', (each) => {
  const { folder } = each;
  const packed = new Set(each.files.map((file) => path.join(folder, file)));
  const documents = [...packed].filter((file) => file.endsWith('.md'));

  it('has a README.md', () => {
    expect(documents).toContain(path.join(folder, 'README.md'));
  });

  it('has a changelog that begins with its version', () => {
    const changelog = path.join(ROOT, folder, 'CHANGELOG.md');
    const [, latest] =
      /^## \[(.+)\] - \d{4}-\d{2}-\d{2}$/m.exec(
        readFileSync(changelog, 'utf8'),
      ) ?? [];
    expect(latest).toBe(each.version);
  });

  it.each(documents)('%s links only to packed files', (file) => {
    expect(linksBeyond(file, packed)).toEqual([]);
  });
});

it('bottender-persona packs the pages for users, and not those for contributors', () => {
  const [plugin] = packedFiles(['.']);
  const pages = plugin?.files.filter((file) => /^docs\/.*\.md$/.test(file));
  const written = ['docs', 'docs/api', 'docs/recipes'].flatMap(documentsIn);
  expect(pages?.sort()).toEqual(
    written
      .filter((page) => !FOR_CONTRIBUTORS.has(path.relative('docs', page)))
      .sort(),
  );
});

/** What `npm pack` would put into the tarballs, without building them first. */
function packedFiles(
  folders: string[],
): { folder: string; version: string; files: string[] }[] {
  const listed = execFileSync(
    'npm',
    [
      ...['pack', '--dry-run', '--json', '--ignore-scripts'],
      ...folders.map((folder) => `./${folder}`),
    ],
    { cwd: ROOT, encoding: 'utf8', stdio: 'pipe' },
  );
  const packed = JSON.parse(listed) as {
    version: string;
    files: { path: string }[];
  }[];
  return packed.map(({ version, files }, index) => ({
    folder: folders[index] ?? '',
    version,
    files: files.map((file) => file.path),
  }));
}
