import { OwnApps } from '../../src/disclosure/ownApps';

const INBOX = '263902037430900';

describe('where the config does not say which app is the bot’s', () => {
  test('only the inbox is known to be another one', () => {
    const apps = new OwnApps();
    expect(apps.isOther('m_1', INBOX, undefined)).toBe(true);
    // Another process of the bot may have sent it.
    expect(apps.isOther('m_2', '5', undefined)).toBe(false);
  });

  test('every other app is, once a message of the bot was echoed', () => {
    const apps = new OwnApps();
    apps.sent('m_1');
    expect(apps.isOther('m_1', '5', undefined)).toBe(false);
    expect(apps.isOther('m_2', '5', undefined)).toBe(false);
    expect(apps.isOther('m_3', '77', undefined)).toBe(true);
    expect(apps.isOther('m_4', INBOX, undefined)).toBe(true);
  });

  test('an echo without an app is of the bot if it has sent the message', () => {
    const apps = new OwnApps();
    apps.sent('m_1');
    expect(apps.isOther('m_1', undefined, undefined)).toBe(false);
    expect(apps.isOther('m_2', undefined, undefined)).toBe(true);
  });
});
