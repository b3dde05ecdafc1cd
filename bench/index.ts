import os from 'node:os';

import { measureDesks } from './agents';
import { measureOverhead } from './overhead';

async function main(): Promise<void> {
  console.log(`Node ${process.version}, ${os.cpus()[0]?.model ?? 'unknown'}\n`);
  console.log('An event, as a ratio to Bottender with its own usePersona:');
  for (const { name, ratio, spread } of await measureOverhead()) {
    const [low, high] = spread.map((value) => value.toFixed(3));
    console.log(
      `  ${name.padEnd(24)} ${ratio.toFixed(3)}  (${low} to ${high})`,
    );
  }
  console.log('\nA desk of four agents, each answer by a persona on the fly:');
  const desks = await measureDesks();
  for (const { name, callsAMessage, p50, p95 } of desks) {
    console.log(
      `  ${name.padEnd(24)} ${callsAMessage.toFixed(2)} Graph calls a message, ` +
        `p50 ${p50.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms`,
    );
  }
  const [guide, plugin] = desks;
  if (guide && plugin) {
    const ratio = (plugin.p50 / guide.p50).toFixed(2);
    console.log(`  the plugin's p50 is ${ratio} of the guide's`);
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
