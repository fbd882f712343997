#!/usr/bin/env node
// Starts a command of this project, and ends as it says: `node commands/run.cjs NAME [OPTION…]`.
// Plain JavaScript: it runs before anything that could read TypeScript.
const path = require("node:path");

const root = path.dirname(__dirname);
const [name, ...args] = process.argv.slice(2);

/**
 * A command's modules, and what keeps their compiled code for the next run. The preview is wanted in
 * a second, so it comes from the cache of compiled code; the others run as they stand, by tsx.
 */
async function load() {
  if (name !== "preview") {
    require("tsx/cjs");
    const { exitCode, explain } = require("../lib/ends.ts");
    return { exitCode, explain, command: () => require(`./${name}.ts`), keep: () => {} };
  }
  const { compile } = require("../lib/compile.cjs");
  const { useSdkBundle } = require("../plan/sdk-bundle.cjs");
  const command = await compile(root, "commands/preview.ts");
  // Help is given without the program, and a broken one is the command's to report.
  const help = args.some((arg) => arg === "--help" || arg === "-h");
  const program = help ? undefined : await compile(root, "index.ts").catch(() => undefined);
  const modules = new Set([...command.imports, ...(program?.imports ?? [])]);
  const sdks = program && useSdkBundle(root, [...modules].sort());
  const { exitCode, explain, main } = command.run();
  const keep = () => [sdks, command, program].forEach((code) => code?.save());
  return { exitCode, explain, command: () => ({ main }), keep };
}

async function main() {
  const { exitCode, explain, command, keep } = await load();
  let ended = false;
  const end = (error) => {
    ended = true;
    explain(error);
    process.exit(exitCode(error));
  };
  process.on("uncaughtException", end);
  process.on("beforeExit", () => {
    if (!ended) end(new Error(`${name} waits for something that cannot come`));
  });
  try {
    const code = await command().main(args, { root });
    ended = true;
    // Only a run to the end has compiled all that the next one needs.
    keep();
    process.exit(code);
  } catch (error) {
    end(error);
  }
}

// What could not even be loaded cannot explain itself.
main().catch((error) => {
  console.error(`error: ${process.env.MINI_XDR_DEBUG ? error.stack : error.message}`);
  process.exit(70);
});
