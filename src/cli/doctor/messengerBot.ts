import type { MessengerClient } from 'bottender';

import {
  graphCall,
  type GraphRequest,
  type Outcome,
} from '../../graph/graphCall';
import { describeFailure, type GraphFailure } from '../../graph/graphFailure';
import { getPage } from '../../graph/page';
import { listAll, type PersonaList } from '../../graph/personaCalls';
import { isId, type PageInfo } from '../../graph/responses';
import { withRetries } from '../../graph/retries';
import { getProperty } from '../../util/values';
import { messengerClientClass } from '../bottenderModules';
import { SHORT_RETRIES } from '../callGraph';
import { readChannel, type LoadedConfig } from '../config';
import { clientFor, tokenFor, type OpenPage } from '../openBot';

import { CannotRun, once } from './check';
import {
  parseSubscriptions,
  parseTokenInfo,
  type AppSubscription,
  type TokenInfo,
} from './graphResponses';

/** What the checks of Messenger ask for, each once. Its methods throw CannotRun where another check says why. */
export class MessengerBot {
  /** @param channel as the config has it */
  constructor(
    private readonly config: LoadedConfig,
    readonly channel: object,
    private readonly pageId: string | undefined,
  ) {}

  /**
   * The bot's client.
   *
   * @throws CommandError where a credential is missing
   */
  readonly credentials = once(async (): Promise<MessengerClient> => {
    const channel = readChannel(this.config, this.channel);
    return clientFor(channel, await tokenFor(channel, this.pageId));
  });

  readonly client = once(async (): Promise<MessengerClient> => {
    try {
      return await this.credentials();
    } catch {
      throw new CannotRun('it needs the credentials');
    }
  });

  /** The Page of the token, asked without a proof where Graph refuses that of the app secret. */
  readonly pageAnswer = once(
    async (): Promise<{
      outcome: Outcome<PageInfo>;
      client: MessengerClient;
    }> => {
      const client = await this.client();
      const outcome = await withRetries(() => getPage(client), SHORT_RETRIES);
      const isUnproven =
        !outcome.ok && /appsecret_proof/.test(outcome.failure.message);
      if (!isUnproven) return { outcome, client };
      const unproven = withoutProof(client);
      return { outcome: await getPage(unproven), client: unproven };
    },
  );

  readonly page = once(async (): Promise<OpenPage> => {
    const { outcome, client } = await this.pageAnswer();
    if (outcome.ok) return { ...outcome.value, client };
    throw (
      unreached(outcome.failure) ??
      new CannotRun('it needs a valid access token')
    );
  });

  /** What Graph says about the token, asked as the app, or else with the token itself. */
  readonly tokenInfo = once(async (): Promise<TokenInfo> => {
    const { client } = await this.pageAnswer();
    const query = { input_token: client.accessToken };
    const request = { method: 'GET', path: '/debug_token', query } as const;
    const appId = this.configuredAppId(client);
    const outcome =
      (appId && (await askAsApp(client, appId, request, parseTokenInfo))) ||
      undefined;
    const answered = outcome?.ok
      ? outcome
      : await graphCall(client, request, parseTokenInfo);
    if (answered.ok) return answered.value;
    throw new CannotRun(
      `Graph does not say what the token may do: ${describeFailure(answered.failure)}`,
    );
  });

  /** The app's webhook for Pages. Graph answers only if the app's ID and secret belong together. */
  readonly appAnswer = once(
    async (): Promise<Outcome<AppSubscription | undefined>> => {
      const appId = await this.appId();
      const path = `/${appId}/subscriptions`;
      const answer = await askAsApp(
        await this.client(),
        appId,
        { method: 'GET', path },
        parseSubscriptions,
      );
      if (answer) return answer;
      throw new CannotRun('it needs the app secret');
    },
  );

  readonly subscription = once(async (): Promise<AppSubscription> => {
    const answer = await this.appAnswer();
    if (!answer.ok) throw needsAppSecret(answer.failure);
    if (answer.value) return answer.value;
    throw new CannotRun('the app has no webhook');
  });

  readonly personas = once(async (): Promise<PersonaList> => {
    const page = await this.page();
    const { timeoutMs } = SHORT_RETRIES;
    const outcome = await withRetries(
      (signal) => listAll(page, { timeoutMs, signal }),
      SHORT_RETRIES,
    );
    if (outcome.ok) return outcome.value;
    throw new CannotRun(
      `the personas could not be listed: ${describeFailure(outcome.failure)}`,
    );
  });

  readonly appId = once(async (): Promise<string> => {
    const appId =
      this.configuredAppId(await this.client()) ??
      (await this.tokenInfo()).appId;
    if (appId !== undefined) return appId;
    throw new CannotRun('put `appId` into channels.messenger');
  });

  private configuredAppId(client: MessengerClient): string | undefined {
    const appId = getProperty(this.channel, 'appId') ?? client.appId;
    return isId(appId) ? appId : undefined;
  }
}

export function needsAppSecret(failure: GraphFailure): CannotRun {
  return unreached(failure) ?? new CannotRun('it needs the right app secret');
}

function unreached({ status }: GraphFailure): CannotRun | undefined {
  return status === undefined
    ? new CannotRun('Graph could not be reached')
    : undefined;
}

/** Asks as the app, with a token of its ID and secret; `undefined` without a secret. */
async function askAsApp<T>(
  client: MessengerClient,
  appId: string,
  request: GraphRequest,
  parse: (response: unknown) => Outcome<T>,
): Promise<Outcome<T> | undefined> {
  const { appSecret } = client;
  if (!appSecret) return undefined;
  const accessToken = `${appId}|${appSecret}`;
  const app = Object.create(client, {
    accessToken: { value: accessToken },
  }) as MessengerClient;
  return withRetries(() => graphCall(app, request, parse), SHORT_RETRIES);
}

/** The same client, for an app that does not require proofs. */
function withoutProof(client: MessengerClient): MessengerClient {
  const { accessToken, version, axios } = client;
  const Client = messengerClientClass();
  const origin = axios.defaults.baseURL?.replace(/\/v[\d.]+\/?$/, '');
  return new Client({ accessToken, version, origin, skipAppSecretProof: true });
}
