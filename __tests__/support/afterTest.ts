const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (let next = cleanups.pop(); next; next = cleanups.pop()) await next();
});

/** Calls a function after the current test: what was started last ends first. */
export function afterTest(cleanup: () => unknown): void {
  cleanups.push(cleanup);
}
