/** Whether it can have fields, and is no function. */
export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
