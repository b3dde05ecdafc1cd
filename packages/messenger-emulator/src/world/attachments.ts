import { newObjectId } from '../values/ids';
import type { UploadedFile } from '../values/uploadedFile';

/** Enough to look at on the chat page; the oldest files are dropped. */
const BYTES_KEPT = 64 * 1024 * 1024;
const ATTACHMENTS_KEPT = 10_000;

export interface Attachment {
  id: string;
  pageId: string;
  type: string;
  /** The URL that was sent, or one of the emulator. */
  url: string;
}

/** Files and URLs that bots have uploaded or saved. */
export class Attachments {
  readonly #byId = new Map<string, Attachment>();
  readonly #files = new Map<string, UploadedFile>();
  #bytes = 0;

  constructor(private readonly origin: string) {}

  saveUrl(pageId: string, type: string, url: string): Attachment {
    return this.#remember({ id: newObjectId(), pageId, type, url });
  }

  saveFile(pageId: string, type: string, file: UploadedFile): Attachment {
    const id = newObjectId();
    const url = this.#keep(id, file);
    return this.#remember({ id, pageId, type, url });
  }

  /** Stores a customer's file, which has no attachment ID. Returns its URL. */
  upload(content: Buffer): string {
    return this.#keep(newObjectId(), {
      field: 'filedata',
      filename: undefined,
      content,
    });
  }

  ofPage(pageId: string, id: string): Attachment | undefined {
    const attachment = this.#byId.get(id);
    return attachment?.pageId === pageId ? attachment : undefined;
  }

  file(id: string): UploadedFile | undefined {
    return this.#files.get(id);
  }

  /** The URL of an attachment that was saved by its URL. */
  source(id: string): string | undefined {
    const url = this.#byId.get(id)?.url;
    return url === this.#ownUrl(id) ? undefined : url;
  }

  clear(): void {
    this.#byId.clear();
    this.#files.clear();
    this.#bytes = 0;
  }

  #keep(id: string, file: UploadedFile): string {
    this.#files.set(id, file);
    this.#bytes += file.content.length;
    for (const [oldId, old] of this.#files) {
      if (this.#bytes <= BYTES_KEPT) break;
      this.#files.delete(oldId);
      this.#bytes -= old.content.length;
    }
    return this.#ownUrl(id);
  }

  #ownUrl(id: string): string {
    return `${this.origin}/_emulator/attachments/${id}`;
  }

  #remember(attachment: Attachment): Attachment {
    this.#byId.set(attachment.id, attachment);
    if (this.#byId.size > ATTACHMENTS_KEPT) {
      for (const oldest of this.#byId.keys()) {
        this.#byId.delete(oldest);
        break;
      }
    }
    return attachment;
  }
}
