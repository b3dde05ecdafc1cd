/** What `bottender dev` calls; nothing else of Bottender does. */
exports.connect = async () => {
  throw new Error('stubs/ngrok stands in for ngrok: use another tunnel here.');
};
