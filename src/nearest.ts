export function nearest(
  name: string,
  names: Iterable<string>,
): string | undefined {
  void name;
  void names;
  return undefined;
}
