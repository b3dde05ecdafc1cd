// `npm start` runs the TypeScript without a build, in a single process, so that a
// signal to it ends the bot. The `exec` in package.json replaces the shell; on
// Windows, which has no exec, run this file with node.
require('tsx/cjs');
require('./start.ts');
