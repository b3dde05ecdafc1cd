// What `npm start` runs: the bot as one process, so that a signal sent to it ends the bot, and
// from its TypeScript, so that nothing has to be built. (Its `exec` is for shells that would
// stand in between; on Windows, which has none, run this file with node.)
require('tsx/cjs');
require('./start.ts');
