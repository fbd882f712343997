#!/usr/bin/env node
// Starts a command of this project: compiles it (esbuild, in a process of its own) while this one
// loads the Pulumi SDKs, which take most of a preview's time.
const path = require("node:path");
const { compile } = require("./compile.cjs");

// The SDK captures a stack for every resource, for its own debugging: two thirds of a plan's time.
Error.stackTraceLimit = process.env.MINI_XDR_DEBUG ? 50 : 0;

const root = path.dirname(__dirname);
const [command, ...args] = process.argv.slice(2);

async function main() {
  const compiled = Promise.all([
    compile(root, `commands/${command}.ts`),
    command === "preview" ? compile(root, "index.ts") : undefined,
  ]);
  if (command === "preview") require("./load-sdks.cjs");
  const [load, program] = await compiled;
  process.exitCode = await load().main(args, { root, program });
}

main().catch((error) => {
  console.error(error.problem ? error.message : (error.stack ?? error));
  process.exitCode = 2;
});
