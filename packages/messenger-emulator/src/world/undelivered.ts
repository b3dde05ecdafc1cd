/** The bot could not be reached with something that stands in the conversation all the same. */
export class UndeliveredError extends Error {
  constructor(
    cause: unknown,
    /** The message that was lost, where it is one. */
    readonly mid: string | undefined,
  ) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
