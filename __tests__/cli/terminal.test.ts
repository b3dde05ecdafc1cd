import { PAGE } from '../support/bot';
import { startEmulator } from '../support/emulator';
import { alive } from '../support/emulatorState';
import { createPersona, profile } from '../support/personas';
import { leaveRecord } from '../support/stores';
import { makeApp } from './cliApp';

/** util-linux's `script` gives a program a terminal. */
const onLinux = process.platform === 'linux' ? describe : describe.skip;
const ESCAPE = '\u001b[';

onLinux('on a terminal', () => {
  test('sync shows the plan in colour, asks, and shows a progress bar', async () => {
    const emulator = await startEmulator();
    const app = makeApp(emulator.origin, {
      directory: { adam: profile('Adam Z.') },
    });
    const running = app.onTerminal(['sync'], { TERM: 'xterm-256color' });
    await running.printed(/Do this\? \[y\/N\]/);
    expect(alive(emulator)).toEqual([]);
    running.child.stdin?.write('y\n');
    const { status, stdout } = await running.ended;
    expect(status).toBe(0);
    expect(stdout).toContain(`${ESCAPE}32mcreate${ESCAPE}39m`);
    expect(stdout).toContain('░ 0/1');
    expect(stdout).toContain('1 created.');
    expect(alive(emulator)).toEqual(['Adam Z.']);
  });

  test.each([
    ['n', 'n\n'],
    ['just Enter', '\n'],
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
  ])('%s means no', async (_, keys) => {
    const emulator = await startEmulator();
    const app = makeApp(emulator.origin, {
      directory: { adam: profile('Adam Z.') },
    });
    const running = app.onTerminal(['sync'], { TERM: 'xterm' });
    await running.printed(/Do this\? \[y\/N\]/);
    running.child.stdin?.write(keys);
    const { status, stdout } = await running.ended;
    expect(status).toBe(0);
    expect(stdout).toContain('Nothing was done.');
    expect(alive(emulator)).toEqual([]);
  });

  test('sweep --delete-suspects asks before it deletes, and spares what is used by then', async () => {
    const emulator = await startEmulator();
    await createPersona(emulator, 'John');
    const id = await createPersona(emulator, 'Jane');
    const app = makeApp(emulator.origin);
    const intentOf = (name: string) =>
      ({ pageId: PAGE.id, id: null, ...profile(name), expiresAt: 1 }) as const;
    await leaveRecord(app.store, intentOf('John'));
    await leaveRecord(app.store, intentOf('Jane'));
    const running = app.onTerminal(['sweep', '--delete-suspects']);
    await running.printed(/Delete 2 suspects\? \[y\/N\]/);
    const expiresAt = Date.now() + 60_000;
    await leaveRecord(app.store, { ...intentOf('Jane'), id, expiresAt });
    running.child.stdin?.write('yes\n');
    const { status, stdout } = await running.ended;
    expect(status).toBe(0);
    expect(stdout).toContain(`"Jane" is in use: ${id}`);
    expect(alive(emulator)).toEqual(['Jane']);
  });

  test('with NO_COLOR the output has no colours, and long lines are cut', async () => {
    const emulator = await startEmulator();
    const long = `https://example.com/${'a'.repeat(200)}.png`;
    const app = makeApp(emulator.origin, {
      directory: { adam: profile('Adam Z.', long) },
    });
    const env = { TERM: 'xterm-256color', NO_COLOR: '1' };
    const { stdout } = await app.onTerminal(['sync', '--dry-run'], env).ended;
    expect(stdout).not.toContain(ESCAPE);
    const lines = stdout.split('\r\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(101);
    expect(stdout).toContain('…');
  });
});
