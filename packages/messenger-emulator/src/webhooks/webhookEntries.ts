import type { Json, JsonObject } from '../values/json';

/** An event on its way to the bot. */
export interface PendingDelivery {
  pageId: string;
  field: string;
  event: JsonObject;
  /** Is called with the reason when the bot does not accept the event. */
  onLost: (reason: string) => void;
}

/** Builds one entry for each Page and kind of event. */
export function webhookEntries(
  deliveries: readonly PendingDelivery[],
  time: number,
): JsonObject[] {
  const lists = new Map<string, Json[]>();
  const entries: JsonObject[] = [];
  for (const { pageId, field, event } of deliveries) {
    const isChange = field === 'feed';
    const kind = isChange
      ? 'changes'
      : field === 'standby'
        ? 'standby'
        : 'messaging';
    const key = `${pageId} ${kind}`;
    const list = lists.get(key) ?? [];
    if (!lists.has(key)) {
      lists.set(key, list);
      entries.push({ id: pageId, time, [kind]: list });
    }
    list.push(isChange ? { field, value: event } : event);
  }
  return entries;
}
