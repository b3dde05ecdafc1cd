import { isHttpUrl } from '../values/checks';
import { GraphError, invalidParameter } from '../values/graphError';
import type { Json } from '../values/json';
import type { Parameters } from './parameters';
import type { AppCall, PageCall } from './call';

/** docs/messenger-facts.md#webhook-fields */
const FIELDS = [
  'affiliation',
  'attire',
  'awards',
  'bio',
  'birthday',
  'business_integrity',
  'call_permission_reply',
  'call_settings_update',
  'calls',
  'category',
  'checkins',
  'comment_poll_response',
  'company_overview',
  'conversations',
  'culinary_team',
  'current_location',
  'description',
  'email',
  'feature_access_list',
  'feed',
  'follow',
  'founded',
  'general_info',
  'general_manager',
  'group_feed',
  'hometown',
  'hours',
  'in_thread_lead_form_submit',
  'inbox_labels',
  'invalid_topic_placeholder',
  'invoice_access_bank_slip_events',
  'invoice_access_invoice_change',
  'invoice_access_invoice_draft_change',
  'invoice_access_onboarding_status_active',
  'leadgen',
  'leadgen_fat',
  'live_videos',
  'local_delivery',
  'location',
  'marketing_message_clicks',
  'marketing_message_deliveries',
  'marketing_message_delivery_failed',
  'marketing_message_echoes',
  'marketing_message_reads',
  'marketing_messages_subscriber_upload_status',
  'mcom_invoice_change',
  'members',
  'mention',
  'merchant_review',
  'message_context',
  'message_deliveries',
  'message_echoes',
  'message_edits',
  'message_mention',
  'message_reactions',
  'message_reads',
  'message_template_status_update',
  'messages',
  'messaging_account_linking',
  'messaging_appointments',
  'messaging_checkout_updates',
  'messaging_customer_information',
  'messaging_direct_sends',
  'messaging_fblogin_account_linking',
  'messaging_feedback',
  'messaging_game_plays',
  'messaging_handovers',
  'messaging_in_thread_lead_form_submit',
  'messaging_integrity',
  'messaging_optins',
  'messaging_optouts',
  'messaging_payments',
  'messaging_policy_enforcement',
  'messaging_postbacks',
  'messaging_pre_checkouts',
  'messaging_referrals',
  'mission',
  'name',
  'otp_verification',
  'page_about_story',
  'page_change_proposal',
  'page_upcoming_change',
  'parking',
  'payment_options',
  'payment_request_update',
  'personal_info',
  'personal_interests',
  'phone',
  'picture',
  'price_range',
  'product_review',
  'products',
  'public_transit',
  'publisher_subscriptions',
  'ratings',
  'registration',
  'response_feedback',
  'send_cart',
  'standby',
  'story_poll_response',
  'story_share',
  'user_action',
  'video_text_question_responses',
  'videos',
  'website',
];

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

/** `POST /{app-id}/subscriptions`: the callback must answer the challenge. */
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

/** `DELETE /{app-id}/subscriptions`: of some fields, or as a whole. */
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

function readFields(parameters: Parameters, name: string): string[] {
  const fields = parameters.names(name);
  if (!fields || fields.length === 0) {
    throw invalidParameter(`The parameter ${name} is required`);
  }
  const unknown = fields.find((item) => !FIELDS.includes(item));
  if (unknown !== undefined) {
    throw invalidParameter(
      `Param ${name} must be one of {${FIELDS.join(', ')}}, not ${unknown}`,
    );
  }
  return fields;
}
