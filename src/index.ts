export { personas, type Personas } from './personas';
export { withEphemeralPersona, withPersona, type Given } from './actions';
export type { PersonasOptions } from './options';
export type { PersonaContext, PersonaMethods } from './context/flavor';
export type { Persona } from './persona';
export type { EphemeralPersona, PersonaProfile } from './profile';
export {
  InvalidOptionError,
  InvalidPersonaError,
  InvalidProfileError,
  PersonaCleanupError,
  PersonaCreationError,
  PersonaError,
  UnknownPageError,
  UnsupportedSenderActionError,
} from './errors';
