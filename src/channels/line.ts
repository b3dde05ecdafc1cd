import { getProperty } from '../util/getProperty';
import type { PersonaProfile } from '../profile';

import type { Dress, FaceChannel, FaceRefusal, FacePlace } from './channel';
import { shownName } from './shownName';

/** https://developers.line.biz/en/reference/messaging-api/#icon-nickname-switch */
const MOST_CHARACTERS = 20;

/** What Bottender's methods send, with the position of their options. */
const OPTIONS_POSITION = {
  Text: 1,
  Image: 1,
  Video: 1,
  Audio: 1,
  Location: 1,
  Sticker: 1,
  Imagemap: 2,
  Flex: 2,
  Template: 2,
  ButtonTemplate: 2,
  ButtonsTemplate: 2,
  ConfirmTemplate: 2,
  CarouselTemplate: 2,
  ImageCarouselTemplate: 2,
} as const;

type Way = 'reply' | 'push' | 'send';

/** Every method of Bottender's LineContext that sends. */
type LineMethod = Way | `${Way}${keyof typeof OPTIONS_POSITION}`;

/**
 * A message object has a `sender`. All methods end in `reply` and `push`, which
 * dress what comes there without one: `createCarouselTemplate` drops it.
 */
export const line: FaceChannel<'line', LineMethod> = {
  carries: 'face',
  platform: 'line',
  title: 'LINE',
  itself: 'The official account',
  advice: {
    channel:
      'LINE takes some names and pictures and not others: at most 20 characters without "LINE", a picture by https.',
  },
  methods: methods(),
  dress,
  facePart: 'sender',
  // What is batched goes out when the handler has ended, by the client.
  ends: { client: { reply: 1, push: 1 } },
  readRefusal,
};

function methods(): Record<LineMethod, FacePlace> {
  const places: Record<string, FacePlace> = {};
  for (const way of ['reply', 'push', 'send']) {
    places[way] = { holds: 'messages', at: 0 };
    for (const [kind, at] of Object.entries(OPTIONS_POSITION)) {
      places[way + kind] = { at };
    }
  }
  places.sendText = { at: 1, text: 0 };
  return places;
}

function dress(profile: PersonaProfile): Dress {
  const name = shownName(profile, MOST_CHARACTERS);
  const { profilePictureUrl: iconUrl } = profile;
  if (new URL(iconUrl).protocol === 'https:') {
    return { face: { sender: { name, iconUrl } } };
  }
  return {
    face: { sender: { name } },
    missing: `LINE takes pictures by https only: "${profile.name}" speaks there without its picture.`,
  };
}

/**
 * Status 400, whose details name the `sender` of messages.
 *
 * That details name the field that is wrong is documented:
 * https://developers.line.biz/en/reference/messaging-api/#error-responses,
 * undated, looked up on 25 Nov 2026. ASSUMPTION: that of a refused `sender` is
 * `messages[0].sender`, or a field in it, as it is of other fields
 * (`messages[0].text`).
 */
function readRefusal(error: unknown): FaceRefusal | undefined {
  const response = getProperty(error, 'response');
  if (getProperty(response, 'status') !== 400) return undefined;
  const details = getProperty(getProperty(response, 'data'), 'details');
  if (!Array.isArray(details)) return undefined;
  const said: string[] = [];
  const of: number[] = [];
  for (const detail of details as unknown[]) {
    const property = getProperty(detail, 'property');
    if (typeof property !== 'string') continue;
    const [, index] = /^messages\[(\d+)\]\.sender\b/.exec(property) ?? [];
    if (index === undefined) continue;
    of.push(Number(index));
    const message = getProperty(detail, 'message');
    said.push(
      typeof message === 'string' ? `${property}: ${message}` : property,
    );
  }
  return of.length > 0
    ? { message: said.join('; '), status: 400, of }
    : undefined;
}
