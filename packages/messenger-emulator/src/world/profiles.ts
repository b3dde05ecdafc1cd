import { BoundedMap } from '../values/boundedMap';
import type { Json } from '../values/json';

const MENUS_KEPT = 1000;

/** What apps have set up for a Page's Messenger, and for single customers of it. */
export class Profiles {
  /** The Pages with built-in NLP. */
  readonly nlp = new Set<string>();
  readonly #byPage = new Map<string, Map<string, Json>>();
  readonly #menus = new BoundedMap<Json>(MENUS_KEPT);

  /** The properties of a Page's Messenger profile, to read and to change. */
  ofPage(pageId: string): Map<string, Json> {
    const known = this.#byPage.get(pageId);
    if (known) return known;
    const profile = new Map<string, Json>();
    this.#byPage.set(pageId, profile);
    return profile;
  }

  clear(): void {
    this.nlp.clear();
    this.#byPage.clear();
    this.#menus.clear();
  }

  menuOf(pageId: string, psid: string): Json | undefined {
    return this.#menus.get(`${pageId}/${psid}`);
  }

  setMenu(pageId: string, psid: string, menu: Json): void {
    this.#menus.set(`${pageId}/${psid}`, menu);
  }

  deleteMenu(pageId: string, psid: string): void {
    this.#menus.delete(`${pageId}/${psid}`);
  }
}
