/** Why something failed: only the message, because an error of a client prints its token. */
export function reasonOf(error: unknown): string {
  return error instanceof Error
    ? error.message
    : `it threw a value of type ${typeof error}`;
}
