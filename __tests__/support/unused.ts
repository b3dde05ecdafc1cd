/** In place of a database's client that no test uses: see jest.config.js. */
export {};
