import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import {
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = path.resolve(__dirname, '../..');

export interface Packed {
  /** The tarball, as `npm publish` would send it. */
  file: string;
  files: string[];
  bytes: number;
}

/** The names of this repository's packages. */
export type PackageName = 'bottender-persona' | 'messenger-emulator';

/**
 * Packs both packages as `npm publish` would, in a copy of what git has of this
 * repository: a clean clone has nothing built, and none of the files that git
 * ignores. The dependencies are those of this folder, because to install them
 * again takes minutes.
 */
export async function pack(): Promise<Record<PackageName, Packed>> {
  const clone = await cleanClone();
  return {
    'bottender-persona': await packIn(clone),
    'messenger-emulator': await packIn(clone, '-w', 'messenger-emulator'),
  };
}

async function cleanClone(): Promise<string> {
  const folder = await temporaryFolder();
  const { stdout } = await run('git', ['ls-files', '-z'], { cwd: root });
  for (const name of stdout.split('\0').filter(Boolean)) {
    const file = path.join(root, name);
    // One that is deleted, and not committed as such yet.
    if (existsSync(file)) await cp(file, path.join(folder, name));
  }
  await symlink(
    path.join(root, 'node_modules'),
    path.join(folder, 'node_modules'),
  );
  return folder;
}

async function packIn(cwd: string, ...args: string[]): Promise<Packed> {
  const folder = await temporaryFolder();
  await run('npm', ['pack', '--pack-destination', folder, ...args], { cwd });
  const [name = ''] = await readdir(folder);
  const file = path.join(folder, name);
  const { stdout } = await run('tar', ['-tzf', file]);
  return {
    file,
    files: stdout
      .trim()
      .split('\n')
      .map((line) => line.replace('package/', '')),
    bytes: (await stat(file)).size,
  };
}

/** An app in a temporary folder with both tarballs installed beside these packages. */
export class PackedApp {
  private constructor(readonly folder: string) {}

  static async create(
    template: 'typescript' | 'javascript',
    packed: Record<PackageName, Packed>,
    packages: string[],
  ): Promise<PackedApp> {
    const app = new PackedApp(await temporaryFolder());
    const apps = path.join(root, '__tests__/package/apps');
    await cp(path.join(apps, template), app.folder, { recursive: true });
    await cp(
      path.join(apps, 'conversation.mjs'),
      path.join(app.folder, 'conversation.mjs'),
    );
    await writeFile(path.join(app.folder, '.npmrc'), 'ignore-scripts=true\n');
    await app.run('npm', [
      'install',
      '--prefer-offline',
      '--no-audit',
      '--no-fund',
      packed['bottender-persona'].file,
      packed['messenger-emulator'].file,
      ...packages,
    ]);
    return app;
  }

  /** Another app in an empty folder, with the packages of this one. */
  async neighbour(): Promise<PackedApp> {
    const folder = await temporaryFolder();
    await symlink(
      path.join(this.folder, 'node_modules'),
      path.join(folder, 'node_modules'),
    );
    return new PackedApp(folder);
  }

  /** What a command prints; rejects with all of it when it fails. */
  async run(command: string, args: string[]): Promise<string> {
    try {
      const { stdout } = await run(command, args, { cwd: this.folder });
      return stdout;
    } catch (error) {
      const { stdout, stderr } = error as { stdout: string; stderr: string };
      throw new Error(`${command} ${args.join(' ')}\n${stdout}\n${stderr}`);
    }
  }

  async write(name: string, text: string): Promise<void> {
    const file = path.join(this.folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  }

  async read(name: string): Promise<string> {
    return readFile(path.join(this.folder, name), 'utf8');
  }
}

const folders: string[] = [];

export async function removeTemporaryFolders(): Promise<void> {
  await Promise.all(
    folders.splice(0).map((folder) => rm(folder, { recursive: true })),
  );
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'bottender-persona-'));
  folders.push(folder);
  return folder;
}
