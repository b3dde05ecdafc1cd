import { ForgottenHandleError } from '../errors';
import type { EphemeralPersona, PersonaProfile } from '../profile';

import type { PersonaHandle } from './handle';
import type { OnCleanupError } from './leases';

/** What `createEphemeralPersona` gave the bot, which is to release it. */
export class OpenHandle {
  private releasing: Promise<void> | undefined;

  /**
   * @param handle `undefined` where no persona was created
   * @param uncreatedId what is shown as its ID then
   */
  constructor(
    private readonly profile: PersonaProfile,
    private readonly handle: PersonaHandle | undefined,
    private readonly uncreatedId: string | null,
  ) {}

  get persona(): EphemeralPersona {
    const id = this.handle ? this.handle.persona.id : this.uncreatedId;
    return { id, ...this.profile };
  }

  get isReleased(): boolean {
    return this.releasing !== undefined;
  }

  /** Never rejects. */
  release(): Promise<void> {
    return (this.releasing ??= this.handle?.release() ?? Promise.resolve());
  }
}

/** The handles that are not released: `close()` releases them, and the garbage collector finds the forgotten ones. */
export class OpenHandles {
  private readonly handles = new Set<OpenHandle>();
  private readonly forgotten = new FinalizationRegistry(
    (handle: OpenHandle) => {
      const { persona } = handle;
      void this.release(handle);
      this.report(new ForgottenHandleError(persona), persona);
    },
  );
  isClosed = false;

  constructor(private readonly report: OnCleanupError) {}

  /** @param owner what everybody refers to who can still use the handle; the handle itself does not */
  add(handle: OpenHandle, owner: object): void {
    this.handles.add(handle);
    this.forgotten.register(owner, handle, handle);
    // It was being created when `close()` was called.
    if (this.isClosed) void this.release(handle);
  }

  /** Never rejects. */
  release(handle: OpenHandle): Promise<void> {
    this.handles.delete(handle);
    this.forgotten.unregister(handle);
    return handle.release();
  }

  close(): void {
    this.isClosed = true;
    for (const handle of this.handles) void this.release(handle);
  }
}
