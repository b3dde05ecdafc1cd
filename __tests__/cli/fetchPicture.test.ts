import fc from 'fast-check';

import {
  fetchPicture,
  MAX_PICTURE_BYTES,
} from '../../src/cli/doctor/fetchPicture';
import { isPrivateAddress } from '../../src/cli/doctor/privateAddress';
import { listenOnLoopback } from '../support/loopback';
import { file, PNG } from './doctorReport';

/** A server of pictures, and the paths that were asked for. */
async function startPictures() {
  const asked: string[] = [];
  const { origin } = await listenOnLoopback((request, response) => {
    const { url = '' } = request;
    asked.push(url);
    const [, path = '', target = ''] = /^\/([a-z]+)\??(.*)$/.exec(url) ?? [];
    const redirect = (location: string) =>
      response.writeHead(302, { location }).end();
    switch (path) {
      case 'png':
        return file(PNG, 'image/png')(request, response);
      case 'jpeg':
        return file(Buffer.from('\xff\xd8\xff\xe0', 'latin1'), 'image/jpeg')(
          request,
          response,
        );
      case 'webp':
        return file(Buffer.from('RIFF\n\r\n\rWEBP'), 'image/webp')(
          request,
          response,
        );
      case 'page':
        return file('<html>', 'text/html; charset=utf-8')(request, response);
      case 'disguised':
        return file('<html>', 'image/png')(request, response);
      case 'untyped':
        return response.writeHead(200).end(PNG);
      case 'large': {
        // It never ends by itself.
        response.writeHead(200, { 'content-type': 'image/png' }).write(PNG);
        const more = () => {
          while (response.write(Buffer.alloc(1024 * 1024)));
        };
        more();
        return response.on('drain', more).on('error', () => {});
      }
      case 'to':
        return redirect(decodeURIComponent(target));
      case 'loop':
        return redirect('/loop');
      default:
        return response.writeHead(404).end();
    }
  });
  return { origin, asked };
}

test.each(['/png', '/jpeg', '/webp', '/to?/png', '/to?%2Fto%3F%2Fpng'])(
  '%s is a picture',
  async (path) => {
    const { origin } = await startPictures();
    expect(await fetchPicture(origin + path)).toEqual({
      picture: { bytes: expect.any(Number) as number },
    });
  },
);

test.each([
  ['/page', 'answers text/html; charset=utf-8, which is no picture'],
  [
    '/disguised',
    'says that it is image/png, but is none of JPEG, PNG, GIF, WebP',
  ],
  ['/untyped', 'answers no Content-Type, which is no picture'],
  ['/nothing', 'answers HTTP 404'],
  ['/loop', 'redirects more than 5 times'],
  ['/to?ftp://example.com/a.png', 'redirects to ftp:'],
  ['/to?http://[', 'redirects to something that is no URL'],
  ['/large', 'is larger than 8 MB'],
])('%s is none', async (path, problem) => {
  const { origin } = await startPictures();
  expect(await fetchPicture(origin + path)).toEqual({ problem });
});

test('what cannot be reached is none', async () => {
  expect(await fetchPicture('http://127.0.0.1:9/a.png')).toEqual({
    problem: expect.stringMatching(
      /^could not be fetched: .*ECONNREFUSED/,
    ) as string,
  });
});

test('a server that does not answer, or never ends, is given up after ten seconds', async () => {
  const silent = await listenOnLoopback(() => {});
  const dripping = await listenOnLoopback((_, response) => {
    response.writeHead(200, { 'content-type': 'image/png' });
    const drip = setInterval(() => response.write('x'), 100);
    response.on('close', () => clearInterval(drip));
  });
  const fetched = [silent, dripping].map(({ origin }) => fetchPicture(origin));
  const problem = 'could not be fetched: there was no answer in 10 s';
  expect(await Promise.all(fetched)).toEqual([{ problem }, { problem }]);
}, 20_000);

test('a picture of the largest size is one', async () => {
  const { origin } = await listenOnLoopback(
    file(Buffer.concat([PNG], MAX_PICTURE_BYTES), 'image/png'),
  );
  expect(await fetchPicture(origin)).toEqual({
    picture: { bytes: MAX_PICTURE_BYTES },
  });
});

describe('a private address', () => {
  /** As if 127.0.0.1 were on the Internet. */
  const isForbidden = (address: string) =>
    address !== '127.0.0.1' && isPrivateAddress(address);
  const portOf = (origin: string) => new URL(origin).port;
  const refused = (address: string) => ({
    problem: `leads to ${address}, a private address`,
    isPrivate: true,
  });

  test('is not called by its number, its name, or a redirect', async () => {
    const { origin, asked } = await startPictures();
    const port = portOf(origin);
    expect(await fetchPicture(`${origin}/png`, isPrivateAddress)).toEqual(
      refused('127.0.0.1'),
    );
    const named = await fetchPicture(
      `http://localhost:${port}/png`,
      isPrivateAddress,
    );
    expect(named).toMatchObject({ isPrivate: true });
    // 127.0.0.1 in other notations.
    for (const host of ['2130706433', '0x7f.1', '[::ffff:127.0.0.1]']) {
      expect(
        await fetchPicture(`http://${host}:${port}/png`, isPrivateAddress),
      ).toMatchObject({ isPrivate: true });
    }
    expect(asked).toEqual([]);

    for (const target of [
      'http://127.0.0.2:1/',
      'http://169.254.169.254/latest/meta-data/',
    ]) {
      const path = `/to?${encodeURIComponent(target)}`;
      expect(await fetchPicture(origin + path, isForbidden)).toEqual(
        refused(new URL(target).hostname),
      );
      expect(asked.splice(0)).toEqual([path]);
    }
  });

  test('is not called by a redirect to a name that leads to it', async () => {
    const { origin, asked } = await startPictures();
    let calls = 0;
    // The name leads to what was allowed a moment ago.
    const rebound = () => (calls += 1) > 1;
    const path = `/to?${encodeURIComponent(`http://localhost:${portOf(origin)}/png`)}`;
    expect(await fetchPicture(origin + path, rebound)).toMatchObject({
      isPrivate: true,
    });
    expect(asked).toEqual([path]);
  });

  test.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '198.19.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    'fe80::1',
    'fe80::1%eth0',
    'fd00::1',
    'ff02::1',
    '::ffff:10.0.0.1',
    '::ffff:a00:1',
    '64:ff9b::a00:1',
    '2002:a00:1::',
    'localhost',
    '',
  ])('%s is one', (address) => {
    expect(isPrivateAddress(address)).toBe(true);
  });

  test.each([
    '1.1.1.1',
    '172.32.0.1',
    '100.128.0.1',
    '193.168.1.1',
    '2606:4700::1111',
    '::ffff:1.1.1.1',
  ])('%s is none', (address) => {
    expect(isPrivateAddress(address)).toBe(false);
  });

  test('is one in every notation of IPv6', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(isPrivateAddress(`::ffff:${address}`)).toBe(
          isPrivateAddress(address),
        );
      }),
    );
  });
});
