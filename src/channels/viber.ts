import type { FaceChannel, FacePlace } from './channel';
import { shownName } from './shownName';

/** https://developers.viber.com/docs/api/rest-bot-api/#general-send-message-parameters */
const MOST_CHARACTERS = 28;

/** Every method of Bottender's ViberContext that sends, with the position of its message or options. */
const POSITION = {
  sendMessage: 0,
  sendText: 1,
  sendPicture: 1,
  sendVideo: 1,
  sendFile: 1,
  sendContact: 1,
  sendLocation: 1,
  sendURL: 1,
  sendSticker: 1,
  sendCarouselContent: 1,
} as const;

type ViberMethod = keyof typeof POSITION;

/** A message has a `sender`, which takes the place of the bot's own. No answer is known that refuses it. */
export const viber: FaceChannel<'viber', ViberMethod> = {
  carries: 'face',
  platform: 'viber',
  title: 'Viber',
  itself: 'The bot',
  methods: methods(),
  dress: (profile) => ({
    face: {
      sender: {
        name: shownName(profile, MOST_CHARACTERS),
        avatar: profile.profilePictureUrl,
      },
    },
  }),
  facePart: 'sender',
};

function methods(): Record<ViberMethod, FacePlace> {
  const places: Record<string, FacePlace> = {};
  for (const [name, at] of Object.entries(POSITION)) {
    places[name] = { at };
  }
  places.sendText = { at: POSITION.sendText, text: 0 };
  return places;
}
