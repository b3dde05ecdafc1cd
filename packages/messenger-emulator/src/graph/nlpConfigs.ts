import { invalidParameter } from '../values/graphError';
import type { Json } from '../values/json';
import type { PageCall } from './call';

/** docs/messenger-facts.md#built-in-nlp */
const MODELS = [
  'CHINESE',
  'CROATIAN',
  'CUSTOM',
  'DANISH',
  'DUTCH',
  'ENGLISH',
  'FRENCH_STANDARD',
  'GERMAN_STANDARD',
  'HEBREW',
  'HUNGARIAN',
  'IRISH',
  'ITALIAN_STANDARD',
  'KOREAN',
  'NORWEGIAN_BOKMAL',
  'POLISH',
  'PORTUGUESE',
  'ROMANIAN',
  'SPANISH',
  'SWEDISH',
  'VIETNAMESE',
];

/** `POST /{page}/nlp_configs`: enables an `nlp` field, which is always empty. */
export function setNlpConfigs({ world, page, parameters }: PageCall): Json {
  const enabled = parameters.text('nlp_enabled');
  if (enabled !== undefined && !/^(true|false|0|1)$/.test(enabled)) {
    throw invalidParameter('Param nlp_enabled must be a boolean');
  }
  const model = parameters.text('model');
  if (model !== undefined && !MODELS.includes(model)) {
    throw invalidParameter(`Param model must be one of {${MODELS.join(', ')}}`);
  }
  if (enabled === 'true' || enabled === '1') world.profiles.nlp.add(page.id);
  else if (enabled !== undefined) world.profiles.nlp.delete(page.id);
  return { success: true };
}
