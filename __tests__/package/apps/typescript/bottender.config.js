const { desk } = require('./dist/desk');

module.exports = {
  plugins: [desk],
  initialState: { agent: null },
  channels: {
    messenger: {
      enabled: true,
      path: '/webhooks/messenger',
      accessToken: process.env.MESSENGER_ACCESS_TOKEN,
      appId: process.env.MESSENGER_APP_ID,
      appSecret: process.env.MESSENGER_APP_SECRET,
      verifyToken: process.env.MESSENGER_VERIFY_TOKEN,
      origin: process.env.MESSENGER_ORIGIN,
    },
  },
};
