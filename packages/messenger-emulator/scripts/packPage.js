// Copies the chat page to dist/page for the package, without comments: they are a fifth of its size.
const fs = require('node:fs');
const path = require('node:path');
const ts = require('typescript');

const source = path.join(__dirname, '..', 'src', 'page');
const target = path.join(__dirname, '..', 'dist', 'page');
const options = {
  allowJs: true,
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  removeComments: true,
};

fs.mkdirSync(target, { recursive: true });
for (const name of fs.readdirSync(source)) {
  const text = fs.readFileSync(path.join(source, name), 'utf8');
  const packed = name.endsWith('.js')
    ? ts.transpileModule(text, { compilerOptions: options, fileName: name })
        .outputText
    : text;
  fs.writeFileSync(path.join(target, name), packed);
}
