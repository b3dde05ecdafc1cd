import type { PersonaProfile } from 'bottender-persona';

/** The human agent who takes conversations over. */
export const ADAM: PersonaProfile = {
  name: 'Adam Z.',
  profilePictureUrl: 'https://example.com/faces/adam.png',
};

/** Who answers one question and is gone. */
export const SPECIALIST: PersonaProfile = {
  name: 'Dr. Pear',
  profilePictureUrl: 'https://example.com/faces/dr-pear.png',
};
