/** The same items, Page by Page. */
export function byPage<T>(
  items: readonly T[],
  pageIdOf: (item: T) => string,
): Map<string, T[]> {
  const pages = new Map<string, T[]>();
  for (const item of items) {
    const pageId = pageIdOf(item);
    const ofPage = pages.get(pageId) ?? [];
    ofPage.push(item);
    pages.set(pageId, ofPage);
  }
  return pages;
}
