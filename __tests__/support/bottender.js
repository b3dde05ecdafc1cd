// Bottender, whose parts are loaded when a suite first uses them: loading all channels and servers
// takes Jest longer than most suites. See moduleNameMapper in jest.config.js.
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

/** Everything else comes from the whole package. */
module.exports = new Proxy(parts, {
  get: (known, name) =>
    name in known ? known[name] : require(`${DIST}/index.js`)[name],
});
