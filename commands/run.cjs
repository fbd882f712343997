#!/usr/bin/env node
// Starts a command of this project, and ends as it says: `node commands/run.cjs NAME [OPTION…]`.
// Plain JavaScript: it runs before anything that could read TypeScript.
const fs = require("node:fs");
const path = require("node:path");

const root = path.dirname(__dirname);
const [name, ...args] = process.argv.slice(2);

/** A command as it stands, by tsx. */
function fromSource() {
  require("tsx/cjs");
  const { main } = require(`./${name}.ts`);
  return { ...require("../lib/ends.ts"), main, keep: () => {} };
}

/** The preview, which is wanted in a second: its modules and the program come from the cache. */
async function fromCache() {
  const { compile } = require("../lib/compile.cjs");
  const { useSdkBundle } = require("../plan/sdk-bundle.cjs");
  const command = await compile(root, "commands/preview.ts");
  // Help is given without the program, and a broken one is the command's to report.
  const help = args.some((arg) => arg === "--help" || arg === "-h");
  const program = help ? undefined : await compile(root, "index.ts").catch(() => undefined);
  const modules = new Set([...command.imports, ...(program?.imports ?? [])]);
  const sdks = program && useSdkBundle(root, [...modules].sort());
  const keep = () => [sdks, command, program].forEach((code) => code?.save());
  return { ...command.run(), keep };
}

function load() {
  if (fs.existsSync(path.join(__dirname, `${name}.ts`)))
    return name === "preview" ? fromCache() : fromSource();
  console.error(`error: no command ${name}; npm run lists them`);
  process.exit(2);
}

async function main() {
  const { exitCode, explain, main: run, keep } = await load();
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
    const code = await run(args, { root });
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
