import os from 'node:os';

import { measureOverhead } from './overhead';

async function main(): Promise<void> {
  console.log(`Node ${process.version}, ${os.cpus()[0]?.model ?? 'unknown'}\n`);
  console.log('An event, as a ratio to Bottender with its own usePersona:');
  for (const { name, ratio, spread } of await measureOverhead()) {
    const [low, high] = spread.map((value) => value.toFixed(3));
    console.log(
      `  ${name.padEnd(22)} ${ratio.toFixed(3)}  (${low} to ${high})`,
    );
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
