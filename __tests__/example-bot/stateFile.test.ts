import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { once } from 'node:events';
import os from 'node:os';
import path from 'node:path';

import { StateFile } from '../../example-bot/agents/stateFile';

const folder = mkdtempSync(path.join(os.tmpdir(), 'state-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('writes soon after a change, for its owner alone', async () => {
  const file = path.join(folder, 'kept.json');
  let count = 0;
  const kept = new StateFile(file, () => ({ count: ++count }));
  const written = watch(folder);
  kept.changed();
  kept.changed();
  await once(written, 'change');
  written.close();
  kept.write();
  expect(StateFile.read(file)).toEqual({ count: 2 });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['kept.json']);
});

it('reads nothing where there is nothing, or something broken', () => {
  const complaint = jest.spyOn(console, 'error').mockImplementation();
  expect(StateFile.read(path.join(folder, 'none.json'))).toEqual({});
  expect(complaint).not.toHaveBeenCalled();
  const broken = path.join(folder, 'broken.json');
  for (const text of ['{"path":', '7', 'null']) {
    writeFileSync(broken, text);
    expect(StateFile.read(broken)).toEqual({});
  }
  expect(complaint).toHaveBeenCalledTimes(1);
  complaint.mockRestore();
});

it('says when it cannot write, and goes on', () => {
  const complaint = jest.spyOn(console, 'error').mockImplementation();
  const file = path.join(folder, 'kept.json', 'not-a-folder.json');
  new StateFile(file, () => ({})).write();
  expect(complaint).toHaveBeenCalledWith(
    expect.stringContaining('cannot be written'),
  );
  expect(readFileSync(path.join(folder, 'kept.json'), 'utf8')).toMatch('count');
  complaint.mockRestore();
});
