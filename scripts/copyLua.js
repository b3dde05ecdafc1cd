// Copies the Lua scripts of src/ to the output of tsc:
//   node scripts/copyLua.js dist
const fs = require('node:fs');
const path = require('node:path');

const [target] = process.argv.slice(2);

for (const name of fs.readdirSync('src', { recursive: true })) {
  if (!name.endsWith('.lua')) continue;
  fs.copyFileSync(path.join('src', name), path.join(target, name));
}
