import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Several changes within this time are written once. A killed bot loses as much. */
const DELAY_MS = 200;

/** A JSON file that is written soon after each change, whole or not at all. */
export class StateFile {
  private timer: NodeJS.Timeout | undefined;

  /** @param state what to write; called when it is written */
  constructor(
    private readonly file: string,
    private readonly state: () => object,
  ) {}

  /** What was written last, or nothing if there is no such file or it cannot be read. */
  static read(file: string): Record<string, unknown> {
    try {
      const read: unknown = JSON.parse(readFileSync(file, 'utf8'));
      return read instanceof Object ? { ...read } : {};
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT') console.error(`${file} is ignored: ${message}`);
      return {};
    }
  }

  changed(): void {
    this.timer ??= setTimeout(() => this.write(), DELAY_MS);
  }

  write(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    try {
      mkdirSync(path.dirname(this.file), { recursive: true });
      const draft = `${this.file}.draft`;
      writeFileSync(draft, JSON.stringify(this.state()), { mode: 0o600 });
      renameSync(draft, this.file);
    } catch (error) {
      console.error(`${this.file} cannot be written: ${String(error)}`);
    }
  }
}
