/**
 * Draws docs/channels.svg: one conversation as each platform received it.
 * `__tests__/channels/picture.test.ts` records the requests and compares the
 * picture, or writes it with `PICTURE=write npx jest __tests__/channels/picture`.
 */

/** A message as a platform received it. */
export interface ShownMessage {
  readonly text: string;
  readonly name?: string | undefined;
  readonly picture?: string | undefined;
}

/** A conversation on one channel. */
export interface Panel {
  readonly title: string;
  /** The sender of messages without a name. */
  readonly defaultSender: string;
  readonly messages: readonly ShownMessage[];
}

type Body = Readonly<Record<string, unknown>>;

interface Sender {
  readonly name?: string;
  readonly iconUrl?: string;
  readonly avatar?: string;
}

/** Reads each platform's request. */
export const READERS: Readonly<Record<string, (body: Body) => ShownMessage>> = {
  line: ({ messages }) => {
    const [message] = messages as { text: string; sender?: Sender }[];
    const { text = '', sender } = message ?? {};
    return { text, name: sender?.name, picture: sender?.iconUrl };
  },
  slack: ({ text, username, icon_url }) => ({
    text: String(text),
    name: username as string | undefined,
    picture: icon_url as string | undefined,
  }),
  viber: ({ text, sender }) => {
    const { name, avatar } = sender as Sender;
    return { text: String(text), name, picture: avatar };
  },
  telegram: ({ text }) => ({ text: String(text) }),
  whatsapp: ({ Body }) => ({ text: String(Body) }),
};

const WIDTH = 250;
const TOP = 48;
const ROW = 62;
const FONT = 'system-ui, -apple-system, Segoe UI, Roboto, sans-serif';
const COLOURS = ['#2f6f9f', '#8a4f7d', '#3d7a4a', '#a0592b'];
const GREY = '#8d939b';

/** Returns the conversations side by side, as SVG. */
export function draw(panels: readonly Panel[]): string {
  const rows = Math.max(...panels.map(({ messages }) => messages.length));
  const height = TOP + rows * ROW + 12;
  const names = [
    ...new Set(
      panels.flatMap(({ messages }) =>
        messages.flatMap(({ name, picture }) =>
          name && picture ? [name] : [],
        ),
      ),
    ),
  ];
  const colourOf = (name: string) =>
    COLOURS[names.indexOf(name) % COLOURS.length] ?? GREY;
  const drawn = panels.map(
    ({ title, defaultSender, messages }, column) =>
      `<g transform="translate(${column * WIDTH + 6} 6)">
<rect width="${WIDTH - 12}" height="${height - 12}" rx="10" fill="#fff" stroke="#d5d9de"/>
<text x="14" y="26" font-size="14" font-weight="600" fill="#20252b">${escaped(title)}</text>
${messages.map((message, row) => bubble(message, defaultSender, row, colourOf)).join('\n')}
</g>`,
  );
  const width = panels.length * WIDTH;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${FONT}" role="img" aria-label="One conversation on ${panels.map(({ title }) => escaped(title)).join(', ')}">
<rect width="${width}" height="${height}" fill="#f4f5f7"/>
${drawn.join('\n')}
</svg>
`;
}

function bubble(
  { text, name, picture }: ShownMessage,
  defaultSender: string,
  row: number,
  colourOf: (name: string) => string,
): string {
  const speaker = name ?? defaultSender;
  const colour = name && picture ? colourOf(name) : GREY;
  const [initial = ''] = speaker.replace(/^The /, '');
  return `<g transform="translate(14 ${TOP - 6 + row * ROW})">
<circle cx="16" cy="18" r="16" fill="${colour}"/>
<text x="16" y="23" font-size="14" fill="#fff" text-anchor="middle">${escaped(initial.toUpperCase())}</text>
<text x="42" y="11" font-size="11" fill="#5c636b">${escaped(speaker)}</text>
<rect x="40" y="17" width="170" height="28" rx="9" fill="#eef0f3"/>
<text x="50" y="36" font-size="12" fill="#20252b">${escaped(text)}</text>
</g>`;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('"', '&quot;');
}
