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

/** What is said in turn: by the bot, or by the customer. */
export type Turn = ShownMessage | { readonly customer: string };

/** A conversation on one channel. */
export interface Panel {
  readonly title: string;
  /** The sender of messages without a name. */
  readonly defaultSender: string;
  readonly turns: readonly Turn[];
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
const TOP = 46;
const LINE = 17;
/** Of the widest line in a bubble. */
const MAX_LINE = 150;
const FONT_SIZE = 12;
const FONT = 'system-ui, -apple-system, Segoe UI, Roboto, sans-serif';
const COLOURS = ['#2f6f9f', '#8a4f7d', '#3d7a4a', '#a0592b'];
const GREY = '#747b85';

/** On a light page and on a dark one. The picture itself has no ground. */
const STYLE = `
.panel { fill: #fff; stroke: #d5d9de }
.title, .text { fill: #20252b }
.name { fill: #5c636b }
.bubble { fill: #eef0f3 }
.customer { fill: #4a55e0 }
.customer-text, .initial { fill: #fff }
@media (prefers-color-scheme: dark) {
.panel { fill: #181b25; stroke: #3a4152 }
.title, .text { fill: #eceef5 }
.name { fill: #a0a7ba }
.bubble { fill: #2b3040 }
}
`;

/** Returns the conversations side by side, as SVG. */
export function draw(panels: readonly Panel[]): string {
  const [first] = panels;
  const rows = (first?.turns ?? []).map((_, row) =>
    Math.max(...panels.map(({ turns }) => heightOf(turns[row]))),
  );
  const height = TOP + rows.reduce((sum, each) => sum + each, 0) + 14;
  const names = [
    ...new Set(
      panels.flatMap(({ turns }) =>
        turns.flatMap((turn) =>
          'text' in turn && turn.name && turn.picture ? [turn.name] : [],
        ),
      ),
    ),
  ];
  const colourOf = (name: string) =>
    COLOURS[names.indexOf(name) % COLOURS.length] ?? GREY;
  const drawn = panels.map(({ title, defaultSender, turns }, column) => {
    let top = TOP;
    const bubbles = turns.map((turn, row) => {
      const bubble =
        'text' in turn
          ? botBubble(turn, defaultSender, top, colourOf)
          : customerBubble(turn.customer, top);
      top += rows[row] ?? 0;
      return bubble;
    });
    return `<g transform="translate(${column * WIDTH + 6} 6)">
<rect class="panel" width="${WIDTH - 12}" height="${height - 12}" rx="10"/>
<text class="title" x="14" y="26" font-size="14" font-weight="600">${escaped(title)}</text>
${bubbles.join('\n')}
</g>`;
  });
  const width = panels.length * WIDTH;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${FONT}" role="img" aria-label="One conversation on ${panels.map(({ title }) => escaped(title)).join(', ')}">
<style>${STYLE}</style>
${drawn.join('\n')}
</svg>
`;
}

function heightOf(turn: Turn | undefined): number {
  if (!turn) return 0;
  return 'text' in turn
    ? linesOf(turn.text).length * LINE + 36
    : linesOf(turn.customer).length * LINE + 26;
}

function botBubble(
  { text, name, picture }: ShownMessage,
  defaultSender: string,
  top: number,
  colourOf: (name: string) => string,
): string {
  const speaker = name ?? defaultSender;
  const colour = name && picture ? colourOf(name) : GREY;
  const [initial = ''] = speaker.replace(/^The /, '');
  return `<g transform="translate(14 ${top - 6})">
<circle cx="16" cy="20" r="16" fill="${colour}"/>
<text class="initial" x="16" y="25" font-size="14" text-anchor="middle">${escaped(initial.toUpperCase())}</text>
<text class="name" x="42" y="11" font-size="11">${escaped(speaker)}</text>
${bubble(text, 40, 17, 'bubble', 'text')}
</g>`;
}

function customerBubble(text: string, top: number): string {
  const right = WIDTH - 26 - widthOf(text);
  return bubble(text, right, top, 'customer', 'customer-text');
}

/** As wide and as high as its text. */
function bubble(
  text: string,
  x: number,
  y: number,
  className: string,
  textClass: string,
): string {
  const lines = linesOf(text);
  const spans = lines.map(
    (line, index) =>
      `<tspan x="${x + 10}" y="${y + 18 + index * LINE}">${escaped(line)}</tspan>`,
  );
  return `<rect class="${className}" x="${x}" y="${y}" width="${widthOf(text)}" height="${lines.length * LINE + 10}" rx="9"/>
<text class="${textClass}" font-size="${FONT_SIZE}">${spans.join('')}</text>`;
}

/** Of the bubble. */
function widthOf(text: string): number {
  return Math.ceil(Math.max(...linesOf(text).map(lengthOf))) + 20;
}

function linesOf(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = [lines.at(-1), word].filter(Boolean).join(' ');
    if (lines.length > 0 && lengthOf(longer) <= MAX_LINE) lines.pop();
    lines.push(lengthOf(longer) <= MAX_LINE ? longer : word);
  }
  return lines;
}

/** As the widest of the usual fonts sets it, so that no text sticks out. */
function lengthOf(text: string): number {
  const widths = [...text].map((letter) =>
    /[ijl.,:;!'I ]/.test(letter) ? 0.36 : /[mwMW]/.test(letter) ? 0.98 : 0.64,
  );
  return widths.reduce((sum, each) => sum + each, 0) * FONT_SIZE;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('"', '&quot;');
}
