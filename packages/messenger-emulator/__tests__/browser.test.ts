import { describeInBrowser, launchBrowser } from './support/browser';

describe('a wrong CHROMIUM_PATH', () => {
  const before = process.env.CHROMIUM_PATH;

  afterEach(() => {
    if (before === undefined) delete process.env.CHROMIUM_PATH;
    else process.env.CHROMIUM_PATH = before;
  });

  it('that does not exist is reported before a test begins', async () => {
    process.env.CHROMIUM_PATH = '/nowhere/chromium';
    const refusal =
      /^CHROMIUM_PATH is \/nowhere\/chromium, where there is no program\. .*set CHROMIUM_PATH/;
    expect(() => describeInBrowser('never', () => {})).toThrow(refusal);
    await expect(launchBrowser()).rejects.toThrow(refusal);
  });

  it('that is a folder is reported', async () => {
    process.env.CHROMIUM_PATH = __dirname;
    await expect(launchBrowser()).rejects.toThrow(
      `CHROMIUM_PATH is ${__dirname}, a folder.`,
    );
  });

  it('that is another program is reported without waiting for it', async () => {
    process.env.CHROMIUM_PATH = process.execPath;
    await expect(launchBrowser()).rejects.toThrow(
      `${process.execPath} did not start as a browser.`,
    );
  });
});
