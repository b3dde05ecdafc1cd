import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
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

/** Builds both packages, and packs them into a folder of its own. */
export async function pack(): Promise<Record<PackageName, Packed>> {
  await run('npm', ['run', 'build'], { cwd: root });
  return {
    'bottender-persona': await packIn(root),
    'messenger-emulator': await packIn(
      path.join(root, 'packages/messenger-emulator'),
    ),
  };
}

async function packIn(cwd: string): Promise<Packed> {
  const folder = await temporaryFolder();
  const { stdout } = await run(
    'npm',
    ['pack', '--json', '--pack-destination', folder],
    { cwd },
  );
  const [packed] = JSON.parse(stdout) as [
    { filename: string; size: number; files: { path: string }[] },
  ];
  return {
    file: path.join(folder, packed.filename),
    files: packed.files.map((file) => file.path),
    bytes: packed.size,
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
    await writeFile(path.join(this.folder, name), text);
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
