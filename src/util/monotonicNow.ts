/** Milliseconds on the monotonic clock, for waits and expiry in this process. */
export function monotonicNow(): number {
  return performance.now();
}
