/**
 * Around each suite: what its bots do again and again, such as sweeping, ends
 * with it. They are not all closed, and would go on in the suites that follow.
 */
const started: NodeJS.Timeout[] = [];
const start = globalThis.setInterval;

globalThis.setInterval = Object.assign((...given: Parameters<typeof start>) => {
  const interval = start(...given);
  started.push(interval);
  return interval;
}, start);

afterAll(() => {
  for (const interval of started) clearInterval(interval);
});
