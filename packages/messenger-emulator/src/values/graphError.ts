import { randomBytes } from 'node:crypto';

/**
 * The `error` object of a failed Graph API call.
 *
 * @see https://developers.facebook.com/docs/graph-api/guides/error-handling
 */
export interface GraphErrorObject {
  message: string;
  type: string;
  code: number;
  error_subcode?: number;
  /** For users, to be shown in a dialog. */
  error_user_title?: string;
  error_user_msg?: string;
  is_transient?: boolean;
  fbtrace_id: string;
}

export interface GraphErrorDetails {
  /** HTTP status of the answer; Graph uses 400 for nearly everything. */
  status?: number;
  type?: string;
  code?: number;
  subcode?: number;
  transient?: boolean;
  userTitle?: string;
  userMessage?: string;
}

/** An error answer of the Graph API, with code 100 ("Invalid parameter") by default. */
export class GraphError extends Error {
  readonly status: number;
  readonly #details: GraphErrorDetails;

  constructor(message: string, details: GraphErrorDetails = {}) {
    super(message);
    this.name = 'GraphError';
    this.status = details.status ?? 400;
    this.#details = details;
  }

  toObject(): GraphErrorObject {
    const { type, code, subcode, transient } = this.#details;
    const { userTitle, userMessage } = this.#details;
    return {
      message: this.message,
      type: type ?? 'OAuthException',
      code: code ?? 100,
      ...(subcode === undefined ? {} : { error_subcode: subcode }),
      ...(userTitle === undefined ? {} : { error_user_title: userTitle }),
      ...(userMessage === undefined ? {} : { error_user_msg: userMessage }),
      ...(transient === undefined ? {} : { is_transient: transient }),
      fbtrace_id: randomBytes(8).toString('base64url'),
    };
  }
}

/** `(#100) …`: an invalid parameter. */
export function invalidParameter(message: string): GraphError {
  return new GraphError(`(#100) ${message}`);
}

/** Graph's answer for a missing or invisible object: docs/messenger-facts.md#object-missing */
export function objectNotFound(method: string, id: string): GraphError {
  return new GraphError(
    `Unsupported ${method.toLowerCase()} request. Object with ID '${id}' does not exist, ` +
      'cannot be loaded due to missing permissions, or does not support this operation',
    { type: 'GraphMethodException', subcode: 33 },
  );
}

/** docs/messenger-facts.md#unknown-path */
export function unknownPath(path: string): GraphError {
  return new GraphError(`Unknown path components: ${path}`, { code: 2500 });
}
