export { personaClients, type PersonaClientsOptions } from './personaClients';
export type { PersonaClient } from './context/clientTypes';
export * from './commonExports';
