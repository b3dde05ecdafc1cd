// Jest's workers load this: see environment.ts.
import vm from 'node:vm';

const { compileFunction } = vm;
const scripts = new Map<string, { code: string; script: vm.Script }>();

/**
 * Lets Jest compile a module once in each worker, in place of once for each suite
 * that loads it. Each suite still runs the module anew, in its own globals.
 */
vm.compileFunction = (code, parameters = [], options = {}) => {
  const { filename = '', parsingContext } = options;
  // A script would not know where `import()` begins to search.
  if (!parsingContext || /\bimport\s*\(/.test(code)) {
    return compileFunction(code, parameters, options);
  }
  let known = scripts.get(filename);
  if (known?.code !== code) {
    const head = `(function (${parameters.join(', ')}) {`;
    const script = new vm.Script(`${head}${code}\n})`, {
      filename,
      columnOffset: -head.length,
    });
    known = { code, script };
    scripts.set(filename, known);
  }
  return known.script.runInContext(parsingContext) as ReturnType<
    typeof compileFunction
  >;
};
