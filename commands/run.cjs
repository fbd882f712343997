#!/usr/bin/env node
// Starts a command of this project. The preview is wanted in a second, so esbuild compiles it, in a
// process of its own, while this one loads the Pulumi SDKs; the others run as they stand, by tsx.
const path = require("node:path");
const { stop } = require("esbuild");
const { compile } = require("./compile.cjs");

const root = path.dirname(__dirname);

async function main() {
  const [command, ...args] = process.argv.slice(2);
  const compiled = [loader(command), compile(root, "index.ts")];
  require("./load-sdks.cjs");
  const [load, program] = await Promise.all(compiled);
  await stop();
  process.exitCode = await load().main(args, { root, program });
}

async function loader(command) {
  if (command === "preview") return compile(root, "commands/preview.ts");
  require("tsx/cjs");
  return () => require(`./${command}.ts`);
}

main().catch((error) => {
  console.error(error);
  console.error("This is a fault of the command, not of its input; MINI_XDR_DEBUG=1 shows where.");
  process.exitCode = 70;
});
