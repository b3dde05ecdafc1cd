// Jest runs this before each suite: see setupFilesAfterEnv in jest.config.js.

// What the plugin warns of without `onRefused` or `onCleanupError` is not printed. Suites that are
// about a warning replace `process.emitWarning` themselves.
const emit = process.emitWarning.bind(process) as (...args: unknown[]) => void;
process.emitWarning = (...args: unknown[]) => {
  const [warning, type] = args;
  const name = warning instanceof Error ? warning.name : type;
  if (name !== 'PersonaWarning') emit(...args);
};

// Intervals end with their suite, for example the sweeps of a bot that was not closed.
const intervals: NodeJS.Timeout[] = [];
const { setInterval } = globalThis;
globalThis.setInterval = Object.assign(
  (...args: Parameters<typeof setInterval>) => {
    const interval = setInterval(...args);
    intervals.push(interval);
    return interval;
  },
  setInterval,
);
afterAll(() => {
  for (const interval of intervals) clearInterval(interval);
});
