// `npm start`: builds, and then is the bot, in one process, so that a signal
// sent to it ends the bot on every system's shell.
const { execSync } = require('node:child_process');

execSync('npm run --silent build && npx tsc -p example-bot/tsconfig.json', {
  stdio: 'inherit',
});
require('./dist/start.js');
