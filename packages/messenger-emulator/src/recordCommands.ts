import { writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';

import {
  stopRequested,
  CommandError,
  log,
  UsageError,
  print,
  readJsonFile,
  startEmulator,
  type StartOptions,
} from './commandOptions';
import { readRecording, transcriptOf } from './recording/recording';
import { withoutSecrets } from './values/urls';

const BOT_START_TIMEOUT_MS = 10_000;
const BOT_CHECK_MS = 100;

/** `messenger-emulator record --to FILE`: runs until SIGINT or SIGTERM. */
export async function record(
  options: StartOptions,
  file: string,
  show: (origin: string, options: StartOptions) => void,
): Promise<void> {
  // Found out before there is anything to lose.
  write(file, '', 'a');
  const stopped = stopRequested();
  const emulator = await startEmulator(options, options.json ? undefined : log);
  show(emulator.origin, options);
  await stopped;
  const recording = emulator.recording();
  await emulator.close();
  write(file, `${JSON.stringify(recording, undefined, 2)}\n`, 'w');
  if (options.json) return;
  print(`Turns written to ${file}: ${recording.turns.length}.`);
}

function write(file: string, text: string, flag: 'a' | 'w'): void {
  try {
    writeFileSync(file, text, { flag });
  } catch (error) {
    throw new CommandError(`--to ${file}: ${messageOf(error)}`);
  }
}

/**
 * `messenger-emulator replay FILE`.
 *
 * @throws {CommandError} with the difference.
 */
export async function replay(
  options: StartOptions,
  file: string,
  timeout: string,
): Promise<void> {
  if (!/^\d{1,7}$/.test(timeout)) {
    throw new UsageError('--timeout must be a number of milliseconds.');
  }
  const recording = readFile(file);
  const emulator = await startEmulator(options);
  try {
    await untilListening(options.webhook);
    await emulator.replay(recording, Number(timeout));
  } catch (error) {
    throw new CommandError(
      messageOf(error).replace(/^Messenger emulator: /, ''),
    );
  } finally {
    await emulator.close();
  }
  if (options.json) {
    print(JSON.stringify({ turns: recording.turns.length }));
    return;
  }
  for (const line of transcriptOf(recording)) print(line);
  print(`${recording.turns.length} turns, answered as recorded.`);
}

function readFile(file: string): ReturnType<typeof readRecording> {
  try {
    return readRecording(readJsonFile('replay', file));
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}

/** The bot may still be starting. */
async function untilListening(webhook: string): Promise<void> {
  const end = performance.now() + BOT_START_TIMEOUT_MS;
  while (!(await isListening(webhook))) {
    if (performance.now() > end) {
      throw new Error(
        `nothing listens at ${withoutSecrets(webhook)}; start the bot, or name its webhook with --webhook`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, BOT_CHECK_MS));
  }
}

/** Whether anything answers; any answer counts. */
function isListening(webhook: string): Promise<boolean> {
  const client = webhook.startsWith('https:') ? https : http;
  return new Promise((resolve) => {
    const request = client.get(webhook, { agent: false, timeout: 1000 });
    request.on('response', (response) => {
      response.resume();
      request.destroy();
      resolve(true);
    });
    request.on('timeout', () => request.destroy(new Error('timeout')));
    request.on('error', () => resolve(false));
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
