/**
 * Before each suite: what the plugin warns of where a bot has no `onRefused` or
 * `onCleanupError` of its own is not printed. Suites that are about a warning
 * look at `process.emitWarning` themselves; other warnings come through.
 */
const emit = process.emitWarning.bind(process) as (...given: unknown[]) => void;

process.emitWarning = (...given: unknown[]) => {
  const [warning, named] = given;
  const name = warning instanceof Error ? warning.name : named;
  if (name !== 'PersonaWarning') emit(...given);
};
