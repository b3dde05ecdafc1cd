/** Milliseconds on a clock that nobody sets, for waits and expiry in this process. */
export function monotonicNow(): number {
  return performance.now();
}
