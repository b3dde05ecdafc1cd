import type { UploadedFile } from '../values/uploadedFile';
import type { GraphErrorObject } from '../values/graphError';
import type { Json } from '../values/json';
import type { EmulatorPageOptions } from '../options';
import type { Parameters } from './parameters';
import type { World } from '../world/world';

/** One Graph API call: a request of its own or an item of a batch. */
export interface GraphCall {
  method: string;
  /** Without version prefix and query, with a leading slash: `/me/messages`. */
  path: string;
  /** The version prefix as it was sent: `/v6.0`, or nothing. */
  version: string;
  /** From query, body and header together. */
  parameters: Parameters;
  files: UploadedFile[];
}

export interface GraphAnswer {
  status: number;
  body: Json;
  error: GraphErrorObject | null;
  /** The connection is to be broken instead of answering. */
  broken?: boolean;
}

/** What an endpoint gets that is the app's. */
export interface AppCall extends GraphCall {
  world: World;
}

/** What an endpoint gets that is a Page's: the call, and the Page that its token speaks for. */
export interface PageCall extends AppCall {
  page: EmulatorPageOptions;
}

/** An endpoint's work; throws a GraphError to refuse. */
export type AppEndpoint = (call: AppCall) => Json | Promise<Json>;
export type PageEndpoint = (call: PageCall) => Json | Promise<Json>;
