import { isHttpUrl } from '../values/checks';
import { GraphError, invalidParameter } from '../values/graphError';
import type { Json } from '../values/json';
import type { Parameters } from './parameters';
import type { AppCall, PageCall } from './call';
import { WEBHOOK_FIELDS } from './webhookFields';

/**
 * `GET /{app-id}/subscriptions`
 *
 * @see https://developers.facebook.com/docs/graph-api/reference/app/subscriptions
 */
export function getSubscriptions({ world, version }: AppCall): Json {
  const { app } = world.webhooks;
  if (!app) return { data: [] };
  const fields = [...app.fields].map((name) => ({
    name,
    version: version.slice(1),
  }));
  return {
    data: [
      { object: 'page', callback_url: app.callbackUrl, active: true, fields },
    ],
  };
}

/** `POST /{app-id}/subscriptions`: the callback must answer the challenge: docs/messenger-facts.md#webhook-verification */
export async function createSubscription(call: AppCall): Promise<Json> {
  const { world, parameters } = call;
  checkObject(parameters);
  const url = parameters.requiredText('callback_url');
  if (!isHttpUrl(url)) {
    throw invalidParameter('Param callback_url must be a valid URL');
  }
  const fields = readFields(parameters, 'fields');
  const verifyToken = parameters.requiredText('verify_token');
  try {
    await world.webhooks.verify(url, verifyToken);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new GraphError(
      `(#2200) Callback verification failed with the following errors: ${reason}`,
      { code: 2200 },
    );
  }
  world.webhooks.subscribeApp(url, fields);
  return { success: true };
}

/** `DELETE /{app-id}/subscriptions`: ends the subscription to some fields, or to all. */
export function deleteSubscription({ world, parameters }: AppCall): Json {
  if (parameters.has('object')) checkObject(parameters);
  world.webhooks.unsubscribeApp(
    parameters.has('fields') ? readFields(parameters, 'fields') : undefined,
  );
  return { success: true };
}

/**
 * `GET /{page}/subscribed_apps`
 *
 * @see https://developers.facebook.com/docs/graph-api/reference/page/subscribed_apps
 */
export function getSubscribedApps({ world, page }: PageCall): Json {
  const fields = world.webhooks.pageFields(page.id);
  if (fields.length === 0) return { data: [] };
  const { appId } = world.settings;
  return {
    data: [
      { id: appId, name: 'Messenger emulator', subscribed_fields: [...fields] },
    ],
  };
}

/** `POST /{page}/subscribed_apps` */
export function subscribePage({ world, page, parameters }: PageCall): Json {
  const fields = readFields(parameters, 'subscribed_fields');
  world.webhooks.setPageFields(page.id, fields);
  return { success: true };
}

/** `DELETE /{page}/subscribed_apps` */
export function unsubscribePage({ world, page }: PageCall): Json {
  world.webhooks.setPageFields(page.id, []);
  return { success: true };
}

function checkObject(parameters: Parameters): void {
  if (parameters.requiredText('object') !== 'page') {
    throw invalidParameter('Param object must be page in the emulator');
  }
}

/** docs/messenger-facts.md#webhook-fields */
function readFields(parameters: Parameters, name: string): string[] {
  const fields = parameters.names(name);
  if (!fields || fields.length === 0) {
    throw invalidParameter(`The parameter ${name} is required`);
  }
  const unknown = fields.find((item) => !WEBHOOK_FIELDS.includes(item));
  if (unknown !== undefined) {
    throw invalidParameter(
      `Param ${name} must be one of {${WEBHOOK_FIELDS.join(', ')}}, not ${unknown}`,
    );
  }
  return fields;
}
