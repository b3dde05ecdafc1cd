export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const index = Math.min(sorted.length - 1, Math.floor(share * sorted.length));
  return sorted[index] ?? NaN;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}
