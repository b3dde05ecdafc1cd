import { loadConfig, type BotConfig } from './config';
import { openPage, type OpenPage } from './pages';

/** Options that every command about a Page has. */
export interface PageOptions {
  /** The Page's ID. */
  page?: string;
  json?: boolean;
}

export interface Opened extends BotConfig {
  page: OpenPage;
}

/** @throws Failure or Misuse */
export async function open({ page }: PageOptions): Promise<Opened> {
  const config = loadConfig();
  return { ...config, page: await openPage(config.channel, page) };
}
