import { loadConfig, type BotConfig } from './config';
import { openPage, type OpenPage } from './pages';

/** Options that every command about a Page has. */
export interface PageOptions {
  /** The Page's ID. */
  page?: string;
  json?: boolean;
  /** The bot's config, where it is not bottender.config.js in the current folder. */
  config?: string;
}

export interface Opened extends BotConfig {
  page: OpenPage;
}

/** @throws Failure or Misuse */
export async function open({
  page,
  config: named,
}: PageOptions): Promise<Opened> {
  const config = await loadConfig(named);
  return { ...config, page: await openPage(config.channel, page) };
}
