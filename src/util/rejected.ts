/** A promise that rejects with whatever was thrown, as an async function's does. */
export function rejected(error: unknown): Promise<never> {
  return new Promise(() => {
    throw error;
  });
}
