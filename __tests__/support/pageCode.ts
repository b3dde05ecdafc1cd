import { personas, type PersonaContext } from 'bottender-persona';

import { startBot, type RunningBot, type TestAction } from './bot';
import { codeBlocks, runBlock, type CodeBlock } from './docs';
import { alive, shown } from './emulatorState';
import { createPersonas } from './personas';

/** The exports of a block that is a bottender.config.js. */
export interface Config {
  plugins?: ((context: PersonaContext) => unknown)[];
  initialState?: Record<string, null>;
}

type Globals = Record<string, unknown>;

/** The code blocks of pages. Remembers which of them were run. */
export class PageCode {
  readonly blocks: CodeBlock[];
  private readonly ran = new Set<string>();

  /** @param modules the modules that the blocks require: the reader's own files, or packages */
  constructor(
    pages: readonly string[],
    private readonly modules: Globals = {},
  ) {
    this.blocks = pages
      .flatMap(codeBlocks)
      .filter(({ language }) => ['js', 'ts'].includes(language));
  }

  /** The places of the blocks that were not run. */
  get left(): string[] {
    return this.blocks
      .filter(({ name }) => !name || !this.ran.has(name))
      .map(({ place }) => place);
  }

  /** The block with this name. It counts as run. */
  block(name: string): CodeBlock {
    const [block, ...others] = this.blocks.filter((each) => each.name === name);
    if (!block || others.length > 0) throw new Error(`One block is "${name}".`);
    this.ran.add(name);
    return block;
  }

  /** Runs a block and returns what it exports, or its `App`. */
  run(
    name: string,
    { adam = '<ADAM_ID>', modules = {}, ...globals }: Globals = {},
  ): unknown {
    const block = this.block(name);
    const code = block.code.replaceAll('<ADAM_ID>', String(adam));
    const own = { ...this.modules, ...(modules as Globals) };
    const require = (module: string): unknown =>
      module in own ? own[module] : jest.requireActual(module);
    return runBlock({ ...block, code }, { require, ...globals });
  }

  /** Runs a block that is a bottender.config.js. */
  config(name: string, globals?: Globals): Config {
    return this.run(name, globals) as Config;
  }

  /** Starts a bot with the block as its action, and the persona Adam on its Page. */
  async start(
    name: string,
    setup: Config = { plugins: [personas()] },
    globals?: Globals,
  ): Promise<RunningBot> {
    let App: TestAction = () => undefined;
    const bot = await startBot({
      ...setup,
      action: (context, props) => App(context, props),
    });
    const { Adam } = await createPersonas(bot.emulator, ['Adam']);
    const run = this.run(name, { adam: Adam, ...globals }) as
      TestAction | { default: TestAction };
    App = typeof run === 'function' ? run : run.default;
    return bot;
  }

  /** The messages that a customer sees who writes these texts to the bot of a block. */
  async answers(
    name: string,
    texts: string[] = ['hi'],
    setup?: Config,
    globals?: Globals,
  ): Promise<string[]> {
    const bot = await this.start(name, setup, globals);
    for (const text of texts) await bot.say(text);
    expect(bot.errors).toEqual([]);
    const ephemeral = ['John Mathew', 'Dr. Pear'];
    expect(
      alive(bot.emulator).filter((face) => ephemeral.includes(face)),
    ).toEqual([]);
    return shown(bot.emulator);
  }
}
