import fs from 'node:fs';
import path from 'node:path';

/**
 * What personas() needs of a Keyv, in a folder: processes share it, as they
 * share a Redis. Each entry is a file named for its key.
 */
export class FolderStore {
  constructor(private readonly folder: string) {
    fs.mkdirSync(folder, { recursive: true });
  }

  get(key: string): Promise<unknown> {
    const file = this.file(key);
    return Promise.resolve(fs.existsSync(file) ? read(file) : undefined);
  }

  set(key: string, value: unknown): Promise<true> {
    // Renamed into place, so that no other process reads half of it.
    const draft = `${this.file(key)}.${process.pid}`;
    fs.writeFileSync(draft, JSON.stringify(value));
    fs.renameSync(draft, this.file(key));
    return Promise.resolve(true);
  }

  delete(key: string): Promise<true> {
    fs.rmSync(this.file(key), { force: true });
    return Promise.resolve(true);
  }

  private file(key: string): string {
    return path.join(this.folder, `${encodeURIComponent(key)}.json`);
  }
}

function read(file: string): unknown {
  return JSON.parse(fs.readFileSync(file, 'utf8'));
}
