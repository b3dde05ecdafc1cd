// What `npm start` runs: builds, and then is the bot, in one process, so that a signal
// sent to it ends the bot. (Its `exec` is for shells that would stand in between; on
// Windows, which has none, run this file with node.)
const { execSync } = require('node:child_process');

execSync(
  'npm run --silent build && npx tsc -p example-bot/tsconfig.build.json',
  {
    stdio: 'inherit',
  },
);
require('./dist/start.js');
