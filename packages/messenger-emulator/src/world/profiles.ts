import { BoundedMap } from '../values/boundedMap';
import { getProperty, isObject, toText, type Json } from '../values/json';
import type { Changes } from './changes';

const MENUS_KEPT = 1000;

/** Messenger profiles of Pages, and menus of single customers. */
export class Profiles {
  /** The Pages with built-in NLP enabled. */
  readonly nlp = new Set<string>();
  readonly #byPage = new Map<string, Map<string, Json>>();
  readonly #menus = new BoundedMap<Json>(MENUS_KEPT);

  constructor(private readonly changes: Changes) {}

  /** The properties of a Page's Messenger profile. */
  ofPage(pageId: string): ReadonlyMap<string, Json> {
    return this.#byPage.get(pageId) ?? new Map();
  }

  setProperties(pageId: string, properties: readonly [string, Json][]): void {
    this.#byPage.set(pageId, new Map([...this.ofPage(pageId), ...properties]));
    this.changes.emit({ type: 'profile', pageId });
  }

  deleteProperties(pageId: string, names: readonly string[]): void {
    this.#byPage.set(
      pageId,
      new Map(
        [...this.ofPage(pageId)].filter(([name]) => !names.includes(name)),
      ),
    );
    this.changes.emit({ type: 'profile', pageId });
  }

  /** The payload of the Page's Get Started button, if it has one. */
  getStartedOf(pageId: string): string | undefined {
    const button = this.ofPage(pageId).get('get_started');
    return isObject(button)
      ? toText(getProperty(button, 'payload'))
      : undefined;
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
    this.changes.emit({ type: 'profile', pageId });
  }

  deleteMenu(pageId: string, psid: string): void {
    this.#menus.delete(`${pageId}/${psid}`);
    this.changes.emit({ type: 'profile', pageId });
  }
}
