// Runs commands one after the other in one process, as `CommandHost` sends them: most of a
// command's time goes to load Node and the libraries. Each has the entry file evaluated anew, its
// own folder, environment and output. See `commandHost.ts`.
const { cpSync, rmSync } = require('node:fs');
const path = require('node:path');

const [, , command] = process.argv;
const env = { ...process.env };
const { exit } = process;
const { console } = globalThis;
const streams = ['stdout', 'stderr'];

let runs = 0;

async function run({ folder, args }) {
  // A module is loaded once per path, but the bot's config must be loaded for each command.
  runs += 1;
  const here = `${folder}-run-${runs}`;
  const store = path.join(folder, 'store');
  cpSync(folder, here, {
    recursive: true,
    filter: (source) => source !== store,
  });
  process.chdir(here);
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, env);
  process.argv = [process.execPath, command, ...args];

  const output = { stdout: '', stderr: '' };
  for (const name of streams) {
    process[name].write = (text, ...rest) => {
      output[name] += String(text);
      rest.at(-1)?.();
      return true;
    };
  }
  const status = await new Promise((resolve) => {
    process.exit = resolve;
    delete require.cache[command];
    require(command);
  });

  process.exit = exit;
  globalThis.console = console;
  for (const event of ['warning', 'uncaughtException']) {
    process.removeAllListeners(event);
  }
  for (const name of streams) {
    delete process[name].write;
    process[name].removeAllListeners('error');
  }
  process.chdir(path.dirname(folder));
  rmSync(here, { recursive: true });
  return { status, ...output };
}

process.on('message', (message) => {
  void run(message).then((ended) => process.send(ended));
});
