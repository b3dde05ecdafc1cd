export { personas, type NamesOf, type Personas } from './personas';
export {
  withEphemeralPersona,
  withPersona,
  type ValueOrFactory,
} from './actions';
export type {
  CheckedSpeaker,
  OnRefused,
  PersonasOptions,
  StateValue,
} from './options';
export type {
  PersonaContext,
  PersonaMethods,
  SpeakerOn,
  PersonaClient,
} from './context/personaContext';
export * from './commonExports';
