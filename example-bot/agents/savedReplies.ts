/** Texts that agents need often. */
export const SAVED_REPLIES: readonly string[] = [
  'Hello! Give me a moment to read what you have written.',
  'Our market is open from 8:00 to 20:00, Monday to Saturday.',
  'I am sorry about that. May I have your order number?',
  'Is there anything else that I can do for you?',
];
