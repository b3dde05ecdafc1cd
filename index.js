// Bottender takes the entry action from here: https://bottender.js.org/docs/the-basics-actions
module.exports = require('./example-bot/dist/App').default;
