import type { IdChannel } from './channel';

/**
 * Every method of Bottender's MessengerContext that can carry a persona, with
 * the position of its options argument. A method that is missing here would
 * speak as the Page; a test compares this list with Bottender's own.
 *
 * @see https://bottender.js.org/docs/api-messenger-context
 */
export const OPTIONS_POSITION = {
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

/** The methods that take file contents, with the type of attachment they make. */
const UPLOAD_TYPE = {
  sendImage: 'image',
  sendAudio: 'audio',
  sendVideo: 'video',
  sendFile: 'file',
} as const;

export type UploadMethod = keyof typeof UPLOAD_TYPE;

export function uploadTypeOf(
  method: CoveredMethod,
): (typeof UPLOAD_TYPE)[UploadMethod] | undefined {
  return method in UPLOAD_TYPE
    ? UPLOAD_TYPE[method as UploadMethod]
    : undefined;
}

/** A message carries a persona's ID, which exists on the Page. */
export const messenger: IdChannel = { carries: 'id', methods: COVERED_METHODS };
