import type { UploadedFile } from '../values/uploadedFile';
import type { GraphErrorObject } from '../values/graphError';
import type { Json } from '../values/json';
import type { EmulatorPageOptions } from '../options';
import type { Parameters } from './parameters';
import type { World } from '../world/world';

/** One Graph API call: a request, or an item of a batch. */
export interface GraphCall {
  method: string;
  /** Without version prefix and query, with a leading slash: `/me/messages`. */
  path: string;
  /** The version prefix as it was sent: `/v6.0`, or nothing. */
  version: string;
  /** Merged from query, body and header. */
  parameters: Parameters;
  files: UploadedFile[];
}

export interface GraphAnswer {
  status: number;
  body: Json;
  error: GraphErrorObject | null;
  /** The version that has answered: `v21.0`. */
  version?: string;
  /** Whether to break the connection instead of answering. */
  broken?: boolean;
}

/** The input of the app's endpoints. */
export interface AppCall extends GraphCall {
  world: World;
}

/** The input of a Page's endpoints: the call, and the Page of its token. */
export interface PageCall extends AppCall {
  page: EmulatorPageOptions;
}

/** Implements an endpoint. Throws a GraphError to refuse the call. */
export type AppEndpoint = (call: AppCall) => Json | Promise<Json>;
export type PageEndpoint = (call: PageCall) => Json | Promise<Json>;
