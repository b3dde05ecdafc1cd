/**
 * How many random cases a property test plays: all of them with `CI=true`, else a
 * quarter, so that `npm test` stays short.
 */
export function runs(all: number): number {
  return process.env.CI === 'true' ? all : Math.ceil(all / 4);
}
