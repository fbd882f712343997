#!/usr/bin/env node
// Starts a command of this project, and ends as it says: `node commands/run.cjs NAME [OPTION…]`.
// Plain JavaScript: it runs before anything that could read TypeScript.
const path = require("node:path");

require("tsx/cjs");
const { exitCode, explain } = require("../lib/ends.ts");

const [name, ...args] = process.argv.slice(2);
const launch = { root: path.dirname(__dirname) };

function end(error) {
  explain(error);
  process.exit(exitCode(error));
}

process.on("uncaughtException", end);
require(`./${name}.ts`)
  .main(args, launch)
  .then((code) => process.exit(code), end);
