import { MemoryStore, type StoredPage } from './memory';

const pages = new Map<string, WeakRef<StoredPage>>();
const collected = new FinalizationRegistry<string>((pageId) => {
  if (!pages.get(pageId)?.deref()) pages.delete(pageId);
});

/**
 * The default store. All `personas()` of a process have one memory of a Page, for
 * as long as one of them uses it.
 */
export class ProcessMemory extends MemoryStore {
  protected override find(pageId: string): StoredPage | undefined {
    const own = super.find(pageId);
    if (own) return own;
    const shared = pages.get(pageId)?.deref();
    return shared && this.add(pageId, shared);
  }

  protected override add(pageId: string, shared?: StoredPage): StoredPage {
    const page = super.add(pageId, shared);
    if (page === shared) return page;
    pages.set(pageId, new WeakRef(page));
    collected.register(page, pageId);
    return page;
  }
}
