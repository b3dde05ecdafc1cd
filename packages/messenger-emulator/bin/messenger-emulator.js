#!/usr/bin/env node
// Committed, so that npm can link it before anything is built.
require('../dist/cli.js');
