// Bottender takes the entry action from here: https://bottender.js.org/docs/the-basics-actions
require('tsx/cjs');
module.exports = require('./example-bot/App.ts').default;
