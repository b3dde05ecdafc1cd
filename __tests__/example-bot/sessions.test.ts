import { once } from 'node:events';

import { Sessions, SignInError } from '../../example-bot/agents/sessions';

const url = (id: string) => `http://bot.example/faces/of/${id}`;

let sessions: Sessions;
beforeEach(() => {
  sessions = new Sessions(60_000);
});
afterEach(() => sessions.close());

it('knows an agent by the token, which nothing else tells', () => {
  const { agent, token } = sessions.signIn('Ana', url);
  expect(sessions.find(token)).toEqual(agent);
  expect(sessions.find(agent.id)).toBeUndefined();
  expect(sessions.find(undefined)).toBeUndefined();
  const shown = JSON.stringify([sessions.all(), sessions]);
  expect(shown).toMatch('Ana');
  expect(shown).not.toMatch(token);
});

it('has one agent of a name', () => {
  const { agent } = sessions.signIn('Ana', url);
  expect(() => sessions.signIn('ANA', url)).toThrow(SignInError);
  sessions.signOut(agent);
  expect(sessions.signIn('Ana', url).agent.id).not.toBe(agent.id);
});

it('has 50 agents at most', () => {
  for (let count = 0; count < 50; count += 1) sessions.signIn(`A${count}`, url);
  expect(() => sessions.signIn('Ana', url)).toThrow('50 agents');
});

it('is staffed while a browser is open, in however many streams', () => {
  const { agent } = sessions.signIn('Ana', url);
  expect(sessions.isStaffed).toBe(false);
  const [first, second] = [sessions.attend(agent), sessions.attend(agent)];
  first();
  expect(sessions.isStaffed).toBe(true);
  expect(sessions.isPresent(agent.id)).toBe(true);
  second();
  expect(sessions.isStaffed).toBe(false);
  expect(sessions.find(sessions.all()[0]?.id)).toBeUndefined();
});

it('signs out who was away for long, and nobody else', async () => {
  const short = new Sessions(20);
  const { agent } = short.signIn('Ana', url);
  const { agent: present } = short.signIn('Ben', url);
  const leave = short.attend(present);
  expect(await once(short, 'left')).toEqual([agent]);
  expect(short.all().map(({ name }) => name)).toEqual(['Ben']);
  leave();
  expect(await once(short, 'left')).toEqual([present]);
});

it('lasts over a restart, with tokens and pictures', () => {
  const picture = Buffer.from('picture');
  const { agent, token } = sessions.signIn('Ana', url, picture);
  const kept = JSON.parse(JSON.stringify(sessions)) as unknown[];
  const after = new Sessions(60_000);
  after.restore([null, { agent: { id: 'x' }, digest: 'y' }, ...kept]);
  expect(after.find(token)).toEqual(agent);
  expect(after.picture(agent.id)).toEqual(picture);
  expect(after.all()).toHaveLength(1);
  after.restore('nonsense');
  after.close();
});
