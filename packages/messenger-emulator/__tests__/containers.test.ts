import { readFileSync } from 'node:fs';
import path from 'node:path';

import { validate } from 'dockerfile-utils';
import { parseDocument } from 'yaml';

import { Installed } from './support/installed';

// No container runs here: the files are checked for syntax, and against the command line.
const read = (file: string) =>
  readFileSync(path.join(__dirname, '..', file), 'utf8');

interface Compose {
  services: Record<
    string,
    {
      image?: string;
      build?: string;
      command?: string[];
      environment?: Record<string, string>;
      depends_on?: Record<string, { condition: string }>;
      healthcheck?: object;
    }
  >;
}

const dockerfile = read('docker/Dockerfile');
const document = parseDocument(read('docker/compose.yaml'), { strict: true });
const { services } = document.toJS() as Compose;

test('the Dockerfile has no errors and no warnings', () => {
  expect(validate(dockerfile)).toEqual([]);
  expect(validate('FORM node')).not.toEqual([]);
});

test('the Dockerfile installs this version, and not as root', () => {
  const { version } = JSON.parse(read('package.json')) as { version: string };
  expect(dockerfile).toContain(`messenger-emulator@${version}\n`);
  expect(dockerfile).toMatch(/^USER node$/m);
});

test('the compose file is valid YAML, with a bot, the emulator and Redis', () => {
  expect([...document.errors, ...document.warnings]).toEqual([]);
  expect(Object.keys(services).sort()).toEqual(['bot', 'messenger', 'redis']);
  for (const [name, { image, build }] of Object.entries(services)) {
    expect([name, image === undefined]).toEqual([name, build !== undefined]);
  }
});

test('the bot waits for services that exist and can be healthy', () => {
  const waitsFor = Object.entries(services.bot?.depends_on ?? {});
  expect(waitsFor).toHaveLength(2);
  for (const [name, { condition }] of waitsFor) {
    expect(condition).toBe('service_healthy');
    const isHealthy =
      services[name]?.healthcheck !== undefined ||
      (services[name]?.build === '.' && dockerfile.includes('HEALTHCHECK'));
    expect([name, isHealthy]).toEqual([name, true]);
  }
});

test('the command line takes the options of both files, and prints the bot’s variables', async () => {
  const [, entrypoint = '[]'] = /^ENTRYPOINT (\[.*\])$/m.exec(dockerfile) ?? [];
  const [command, ...options] = JSON.parse(entrypoint) as string[];
  expect(command).toBe('messenger-emulator');
  const installed = new Installed();
  try {
    const running = installed.start(
      ...options,
      ...(services.messenger?.command ?? []),
      ...['--port', '0'],
    );
    await running.printed(/Ctrl-C ends it/);
    running.kill('SIGTERM');
    const { stdout } = await running.ended;
    expect(stdout).toContain('http://bot:5000/webhooks/messenger');
    const { environment = {} } = services.bot ?? {};
    const printed = [...stdout.matchAll(/^(MESSENGER_\w+)=(.*)$/gm)].map(
      ([, name = '', value = '']): [string, string] => [name, value],
    );
    const given = Object.entries(environment).filter(([name]) =>
      name.startsWith('MESSENGER_'),
    );
    expect(Object.fromEntries(given)).toEqual({
      ...Object.fromEntries(printed),
      MESSENGER_ORIGIN: 'http://messenger:5050',
    });
  } finally {
    await installed.remove();
  }
});
