/**
 * What Graph calls need of a client. That of messaging-api-messenger has all of
 * it. A custom one has an axios like that client's, or the client's methods.
 */
export interface GraphClient {
  readonly accessToken?: string;
  readonly axios?: GraphAxios;
  getPageInfo?(): Promise<unknown>;
  createPersona?(persona: object): Promise<unknown>;
  getPersona?(id: string): Promise<unknown>;
  getPersonas?(cursor?: string): Promise<unknown>;
  deletePersona?(id: string): Promise<unknown>;
  uploadAttachment?(
    type: string,
    contents: unknown,
    options?: object,
  ): Promise<unknown>;
}

/** An axios instance, of whatever version. */
export interface GraphAxios {
  readonly defaults?: { readonly baseURL?: string };
  request(config: object): Promise<{ data: unknown }>;
  post(url: string, data: unknown, config?: object): Promise<{ data: unknown }>;
}
