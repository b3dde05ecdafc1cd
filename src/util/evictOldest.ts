/** Keeps what was put in last, so many at the most, of what has no other end. */
export function evictOldest(
  kept: Map<string, unknown> | Set<string>,
  most: number,
): void {
  for (const oldest of kept.keys()) {
    if (kept.size <= most) return;
    kept.delete(oldest);
  }
}
