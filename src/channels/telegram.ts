import type { FaceChannel } from './channel';

/** The methods of Bottender's TelegramContext that send a text. */
type TelegramMethod = 'sendText' | 'sendMessage';

/** A message shows the bot and nobody else, so that its text has to say who speaks. */
export const telegram: FaceChannel<'telegram', TelegramMethod> = {
  carries: 'face',
  platform: 'telegram',
  title: 'Telegram',
  itself: 'The bot',
  methods: {
    sendText: { at: 1, text: 0 },
    // Calls `sendText`, where the text is signed.
    sendMessage: { at: 1 },
  },
};
