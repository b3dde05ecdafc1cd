/** `Promise.reject` for an error of unknown type, which the linter refuses. */
export function rejected(error: unknown): Promise<never> {
  return new Promise(() => {
    throw error;
  });
}
