import type { FaceChannel } from './channel';

/** The method of Bottender's WhatsappContext that sends a text. */
export type WhatsappMethod = 'sendText';

/** A message shows the number and nobody else, so that its text has to say who speaks. */
export const whatsapp: FaceChannel = {
  carries: 'face',
  title: 'WhatsApp',
  methods: { sendText: { holds: 'options', at: 1, text: 0 } },
};
