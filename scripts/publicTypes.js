// Deletes the declaration files that no entry point imports:
//   node scripts/publicTypes.js dist index.d.ts client.d.ts redis.d.ts
const fs = require('node:fs');
const path = require('node:path');

const [folder, ...entries] = process.argv.slice(2);

const kept = new Set();
for (const entry of entries) keep(path.join(folder, entry));

for (const name of fs.readdirSync(folder, { recursive: true })) {
  const file = path.join(folder, name);
  if (file.endsWith('.d.ts') && !kept.has(file)) fs.rmSync(file);
}

function keep(file) {
  if (kept.has(file)) return;
  const text = fs.readFileSync(file, 'utf8');
  kept.add(file);
  for (const [, name] of text.matchAll(/(?:from |import\()['"](\..+?)['"]/g)) {
    const target = path.join(path.dirname(file), name);
    keep(
      fs.existsSync(`${target}.d.ts`)
        ? `${target}.d.ts`
        : path.join(target, 'index.d.ts'),
    );
  }
}
