import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import path from 'node:path';

import type { EmulatorState } from 'messenger-emulator';

const ROOT = path.join(__dirname, '..', '..');

/** Override the credentials that a developer has in `.env`. */
const NO_CREDENTIALS = Object.fromEntries(
  ['PAGE_ID', 'ACCESS_TOKEN', 'APP_ID', 'APP_SECRET', 'VERIFY_TOKEN'].map(
    (name) => [`MESSENGER_${name}`, ''],
  ),
);

/** A program of this project as a child process. */
export interface Program {
  /** What it has printed so far, to stdout and stderr. */
  output(): string;
  /** Resolves with the match when the output has one; rejects if the program ends without it. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  /** Resolves with the exit code, or the name of the signal. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
  /** Signals the program only, as `kill` does, not its child processes. */
  signal(signal: NodeJS.Signals): void;
}

const running = new Set<ChildProcess>();
afterAll(() => {
  // With its child processes, in case a test has failed before they ended.
  for (const { pid } of running) if (pid) process.kill(-pid, 'SIGKILL');
});

export function startProgram(
  command: string,
  args: string[],
  env: Record<string, string | undefined> = {},
  cwd = ROOT,
): Program {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...NO_CREDENTIALS, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  running.add(child);
  let output = '';
  const pieces = [child.stdout, child.stderr];
  for (const piece of pieces) {
    piece.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const ended = once(child, 'close').then(
    ([code, signal]: (number | NodeJS.Signals | null)[]) => {
      running.delete(child);
      return code ?? signal ?? null;
    },
  );
  const program: Program = {
    output: () => output,
    ended,
    signal: (signal) => void child.kill(signal),
    printed: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(output);
          if (match) resolve(match);
        };
        for (const piece of pieces) piece.on('data', look);
        void ended.then(() =>
          reject(new Error(`It ended without ${String(pattern)}:\n${output}`)),
        );
        look();
      }),
  };
  return program;
}

/** Whether a program listens on this port of loopback. */
export async function isTaken(port: number): Promise<boolean> {
  const socket = net.connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/**
 * Resolves with the emulator's state as soon as `check` returns true for it. Looks
 * at each change.
 */
export async function stateWhen(
  origin: string,
  check: (state: EmulatorState) => boolean,
): Promise<EmulatorState> {
  const events = await fetch(`${origin}/_emulator/events`);
  for await (const _change of events.body ?? []) {
    const state = await fetch(`${origin}/_emulator/state`);
    const now = (await state.json()) as EmulatorState;
    if (check(now)) return now;
  }
  throw new Error('The emulator ended.');
}
