import { randomBytes } from 'node:crypto';

export interface Picture {
  readonly bytes: Buffer;
  readonly type: string;
}

export const MAX_PICTURE_BYTES = 5 * 1024 * 1024;
const MAX_KEPT_BYTES = 8 * MAX_PICTURE_BYTES;

/** The pictures that agents have sent last, to show them, and to send them again. */
export class Pictures {
  /** By ID, the oldest first. */
  private readonly kept = new Map<string, Picture>();

  /** @returns its ID, or nothing if it is not a picture that Messenger shows */
  add(bytes: Buffer): string | undefined {
    const type = pictureType(bytes);
    if (!type) return;
    const id = randomBytes(8).toString('hex');
    this.kept.set(id, { bytes, type });
    let size = [...this.kept.values()].reduce(
      (sum, each) => sum + each.bytes.length,
      0,
    );
    for (const [oldest, each] of this.kept) {
      if (size <= MAX_KEPT_BYTES) break;
      size -= each.bytes.length;
      this.kept.delete(oldest);
    }
    return id;
  }

  get(id: string): Picture | undefined {
    return this.kept.get(id);
  }
}

/** Detects the type by the first bytes, because a given name or type may be wrong. */
export function pictureType(bytes: Buffer): string | undefined {
  const start = bytes.toString('latin1', 0, 12);
  if (start.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (start.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (start.startsWith('GIF8')) return 'image/gif';
  return undefined;
}
