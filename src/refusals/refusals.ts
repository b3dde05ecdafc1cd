import type { PersonaRefusedError } from '../errors';
import { evictOldest } from '../util/evictOldest';

/** For this long what was refused is not tried again. */
const REMEMBERED_MS = 10 * 60_000;
/** More than these are not remembered at once; the oldest goes. */
const MOST = 10_000;

interface Remembered {
  readonly refusal: PersonaRefusedError;
  readonly until: number;
}

/**
 * What is known to be refused in this process: a persona on a Page, or any
 * persona for a customer of a Page. Until it is forgotten, such messages go out
 * as the Page at once.
 */
export class Refusals {
  private readonly remembered = new Map<string, Remembered>();

  /** Whether nothing was refused of late, so that a send need not ask. */
  get isEmpty(): boolean {
    return this.remembered.size === 0;
  }

  /** The refusal of this persona, or of any for this customer; `undefined` when it may be tried. */
  of(
    place: string | undefined,
    persona: string | undefined,
    psid: string | null,
  ): PersonaRefusedError | undefined {
    return (
      (psid === null ? undefined : this.get(keyOf('region', place, psid))) ??
      this.get(keyOf('unknown', place, persona))
    );
  }

  /**
   * Remembers a refusal for ten minutes, if it is of a kind that lasts.
   *
   * @param persona the ID that was refused, or a name that stands for nobody
   * @param place where: the Page, unless it is another channel
   * @returns the refusal that is remembered: an earlier one, where sends that
   * went out together were refused together
   */
  remember(
    refusal: PersonaRefusedError,
    persona: string,
    psid: string | null,
    place: string | undefined = refusal.pageId,
  ): PersonaRefusedError {
    const { reason } = refusal;
    if (reason !== 'region' && reason !== 'unknown') return refusal;
    const about = reason === 'region' ? psid : persona;
    // Of somebody who is not known by a PSID nothing is known the next time.
    if (about === null) return refusal;
    const key = keyOf(reason, place, about);
    const known = this.get(key);
    if (!known) this.set(key, refusal);
    return known ?? refusal;
  }

  /** The refusal of this persona's face for an account of a channel, or of any face for it. */
  onChannel(account: string, persona: string): PersonaRefusedError | undefined {
    return (
      this.get(keyOf('channel', account, null)) ??
      this.get(keyOf('channel', account, persona))
    );
  }

  /**
   * Remembers that a channel refused an account of its a face.
   *
   * @param persona whose; `null` where no face would be taken
   * @returns the refusal that is remembered
   */
  rememberOnChannel(
    refusal: PersonaRefusedError,
    account: string,
    persona: string | null,
  ): PersonaRefusedError {
    const key = keyOf('channel', account, persona);
    const known = this.get(key);
    if (!known) this.set(key, refusal);
    return known ?? refusal;
  }

  private get(key: string): PersonaRefusedError | undefined {
    const found = this.remembered.get(key);
    if (!found) return undefined;
    if (Date.now() < found.until) return found.refusal;
    this.remembered.delete(key);
    return undefined;
  }

  private set(key: string, refusal: PersonaRefusedError): void {
    this.remembered.delete(key);
    const until = Date.now() + REMEMBERED_MS;
    this.remembered.set(key, { refusal, until });
    evictOldest(this.remembered, MOST);
  }
}

function keyOf(
  kind: 'region' | 'unknown' | 'channel',
  place: string | undefined,
  about: string | null | undefined,
): string {
  return JSON.stringify([kind, place ?? null, about ?? null]);
}
