import { startPatient } from '../support/doctor';

test('try', async () => {
  const patient = await startPatient();
  const r = await patient.app.run('doctor', '--allow-private');
  console.log(r.stdout, r.stderr);
});
