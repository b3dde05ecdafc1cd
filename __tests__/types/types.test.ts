import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import * as ts from 'typescript';

import * as library from 'bottender-persona';

const ROOT = join(__dirname, '../..');

// Under the rules of this project they are checked by `npm run typecheck`.
describe('the types, with exactOptionalPropertyTypes', () => {
  const files = readdirSync(__dirname).filter((name) =>
    name.endsWith('.types.ts'),
  );
  let program: ts.Program;
  beforeAll(() => {
    const config = ts.getParsedCommandLineOfConfigFile(
      join(ROOT, 'tsconfig.json'),
      {},
      { ...ts.sys, onUnRecoverableConfigFileDiagnostic: fail },
    );
    program = ts.createProgram({
      rootNames: files.map((name) => join(__dirname, name)),
      options: { ...config?.options, exactOptionalPropertyTypes: true },
    });
  });

  test.each(files)(
    'accept the code of %s, and reject the lines that it marks',
    (name) => {
      const source = program.getSourceFile(join(__dirname, name));
      const wrong = ts.getPreEmitDiagnostics(program, source);
      expect(ts.formatDiagnostics(wrong, FORMAT)).toBe('');
    },
  );
});

describe('what the package exports', () => {
  test('bottender-persona has exactly these exports', () => {
    expect(Object.keys(library).sort()).toEqual([
      'ForgottenHandleError',
      'HumanAgentTagError',
      'InvalidOptionError',
      'InvalidPersonaError',
      'InvalidProfileError',
      'PersonaCleanupError',
      'PersonaError',
      'PersonaRefusedError',
      'PersonaStoreError',
      'PersonaSuspectedError',
      'ReleasedHandleError',
      'UnknownPageError',
      'UnsupportedSenderActionError',
      'personas',
      'withEphemeralPersona',
      'withPersona',
    ]);
  });

  test('all its errors extend PersonaError, which extends Error', () => {
    const errors = Object.entries(library).filter(([name]) =>
      name.endsWith('Error'),
    );
    expect(errors).toHaveLength(13);
    for (const [, error] of errors) {
      const { prototype } = error as { prototype: unknown };
      const isOurs = error === library.PersonaError;
      expect(isOurs || prototype instanceof library.PersonaError).toBe(true);
      expect(prototype).toBeInstanceOf(Error);
    }
  });
});

const FORMAT: ts.FormatDiagnosticsHost = {
  getCanonicalFileName: (name) => name,
  getCurrentDirectory: () => ROOT,
  getNewLine: () => '\n',
};

function fail(diagnostic: ts.Diagnostic): never {
  throw new Error(ts.formatDiagnostics([diagnostic], FORMAT));
}
