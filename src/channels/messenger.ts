import type { IdChannel, IdPlace } from './channel';

/**
 * Every method of Bottender's MessengerContext that can carry a persona, with
 * the position of its options argument. A method that is missing here would
 * speak as the Page; a test compares this list with Bottender's own.
 *
 * @see https://bottender.js.org/docs/api-messenger-context
 */
const OPTIONS_POSITION = {
  sendMessage: 1,
  sendText: 1,
  sendAttachment: 1,
  sendImage: 1,
  sendAudio: 1,
  sendVideo: 1,
  sendFile: 1,
  sendTemplate: 1,
  sendGenericTemplate: 1,
  sendButtonTemplate: 2,
  sendMediaTemplate: 1,
  sendReceiptTemplate: 1,
  sendAirlineBoardingPassTemplate: 1,
  sendAirlineCheckinTemplate: 1,
  sendAirlineItineraryTemplate: 1,
  sendAirlineUpdateTemplate: 1,
  sendOneTimeNotifReqTemplate: 1,
  sendSenderAction: 1,
  typingOn: 0,
  typingOff: 0,
} as const;

export type CoveredMethod = keyof typeof OPTIONS_POSITION;

export const COVERED_METHODS = Object.keys(OPTIONS_POSITION) as CoveredMethod[];

/** The methods that take file contents, with the kind of attachment they make. */
const UPLOAD = {
  sendImage: 'image',
  sendAudio: 'audio',
  sendVideo: 'video',
  sendFile: 'file',
} as const;

export type UploadMethod = keyof typeof UPLOAD;

/** A message carries a persona's ID, which exists on the Page. */
export const messenger: IdChannel<'messenger', CoveredMethod> = {
  carries: 'id',
  platform: 'messenger',
  methods: methods(),
};

function methods(): Record<CoveredMethod, IdPlace> {
  const uploads = new Map<string, IdPlace['upload']>(Object.entries(UPLOAD));
  const places = COVERED_METHODS.map((method): [CoveredMethod, IdPlace] => {
    const upload = uploads.get(method);
    const at = OPTIONS_POSITION[method];
    return [method, upload ? { at, upload } : { at }];
  });
  return {
    ...(Object.fromEntries(places) as Record<CoveredMethod, IdPlace>),
    sendText: { at: OPTIONS_POSITION.sendText, text: 0 },
    sendSenderAction: { at: OPTIONS_POSITION.sendSenderAction, action: 0 },
  };
}
