import { withTimeout } from '../util/withTimeout';

/** A call that is not answered counts as lost after this, and another one may ask; twice as long each time. */
const FIRST_PROBE_MS = 1000;
const LAST_PROBE_MS = 4000;

/**
 * What is known of a store that does not answer: one call at a time is out to
 * see whether it does again, so that calls do not pile up in its client.
 */
export class Absence {
  private probe: Promise<unknown> | undefined;
  private probeEndsAt = 0;
  private probeMs = FIRST_PROBE_MS;

  /** Whether a call is out that would tell that the store is back. */
  get isAsking(): boolean {
    return this.probe !== undefined && Date.now() < this.probeEndsAt;
  }

  /** What has been answered just now is known after this. */
  async settle(): Promise<void> {
    if (this.probe) await withTimeout(this.probe, 0, undefined);
  }

  /** Another one is not sent until this one has been answered, or is lost. */
  ask(call: Promise<unknown>): void {
    const probe = call
      .catch(() => {})
      .then(() => {
        if (this.probe === probe) this.probe = undefined;
      });
    this.probe = probe;
    this.probeEndsAt = Date.now() + this.probeMs;
    this.probeMs = Math.min(2 * this.probeMs, LAST_PROBE_MS);
  }
}
