/** Deletes the oldest entries until at most `max` are left. */
export function evictOldest(
  entries: Map<string, unknown> | Set<string>,
  max: number,
): void {
  for (const oldest of entries.keys()) {
    if (entries.size <= max) return;
    entries.delete(oldest);
  }
}
