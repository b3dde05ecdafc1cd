// Bottender, each part of which is loaded when a suite first asks for it: all of it, with every
// channel and server, takes Jest longer than most suites. See moduleNameMapper in jest.config.js.
const DIST = 'bottender/dist';

const PARTS = {
  chain: 'chain',
  withProps: 'withProps',
  withTyping: 'plugins/withTyping',
  getClient: 'shared/getClient',
  ConsoleBot: 'console/ConsoleBot',
  LineBot: 'line/LineBot',
  LineContext: 'line/LineContext',
  MessengerBot: 'messenger/MessengerBot',
  MessengerContext: 'messenger/MessengerContext',
  MessengerEvent: 'messenger/MessengerEvent',
  SlackBot: 'slack/SlackBot',
  SlackContext: 'slack/SlackContext',
  TelegramBot: 'telegram/TelegramBot',
  ViberBot: 'viber/ViberBot',
  WhatsappBot: 'whatsapp/WhatsappBot',
};

const parts = {
  __esModule: true,
  get MessengerClient() {
    return require('messaging-api-messenger').MessengerClient;
  },
  get createServer() {
    return require('@bottender/express').createServer;
  },
};
for (const [name, file] of Object.entries(PARTS)) {
  Object.defineProperty(parts, name, {
    enumerable: true,
    get: () => require(`${DIST}/${file}`).default,
  });
}

/** What is not among them comes from the whole. */
module.exports = new Proxy(parts, {
  get: (known, name) =>
    name in known ? known[name] : require(`${DIST}/index.js`)[name],
});
