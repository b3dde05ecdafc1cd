/**
 * The option that Messenger needs to upload a Buffer. Bottender passes it on,
 * though its types do not know it.
 *
 * @see https://bottender.js.org/docs/api-messenger-context#sendimageimage-options
 */
export function named(filename: string): { filename: string; tag?: undefined } {
  return { filename };
}
