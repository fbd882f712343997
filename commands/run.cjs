#!/usr/bin/env node
// Starts a command of this project, and ends as it says: `node commands/run.cjs NAME [OPTION…]`.
// Plain JavaScript: it runs before anything that could read TypeScript.
const fs = require("node:fs");
const path = require("node:path");

const root = path.dirname(__dirname);
const [name, ...args] = process.argv.slice(2);
// What AWS's SDK says of the next Node is for who chooses the version, not for the person on call.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

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
  const early = await begin(compile);
  const command = await compile(root, "commands/preview.ts");
  // Help is given without the program, and a broken one is the command's to report.
  const help = args.some((arg) => arg === "--help" || arg === "-h");
  const program = help ? undefined : await compile(root, "index.ts").catch(() => undefined);
  const modules = new Set([...command.imports, ...(program?.imports ?? [])]);
  const sdks = program && useSdkBundle(root, [...modules].sort());
  const keep = () => [sdks, command, program, early?.code].forEach((code) => code?.save());
  return { ...command.run(), keep, begun: early?.begun };
}

/** What of a comparison can begin before all of that is loaded. */
async function begin(compile) {
  if (!args.some((arg) => /^--(against|revision)\b/.test(arg))) return undefined;
  // Where it cannot be compiled, neither can the command, which says so.
  const code = await compile(root, "review/early.ts").catch(() => undefined);
  return code && { code, begun: await code.run().begin(root, args) };
}

function load() {
  if (name !== "launch" && fs.existsSync(path.join(__dirname, `${name}.ts`)))
    // For a stack trace that shows where, the sources run as they stand.
    return name === "preview" && !process.env.MINI_XDR_DEBUG ? fromCache() : fromSource();
  console.error(`error: no command ${name}; npm run lists them`);
  process.exit(2);
}

async function main() {
  const { exitCode, explain, main: run, keep, begun } = await load();
  let ended = false;
  const end = (error) => {
    ended = true;
    explain(error);
    process.exit(exitCode(error));
  };
  process.on("uncaughtException", end);
  // The first time whoever waits may still find out by itself.
  let idle = 0;
  process.on("beforeExit", () => {
    if (!ended && idle++ === 0) setImmediate(() => {});
    else if (!ended) end(new Error(`${name} waits for something that cannot come`));
  });
  process.on("exit", () => {
    if (ended) return;
    explain(new Error(`${name} was ended from within before it was done`));
    process.exitCode = 70;
  });
  try {
    const code = await run(args, { root, begun });
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
