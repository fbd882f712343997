#!/usr/bin/env node
// Starts a command of this project, and ends as it says: `node commands/run.cjs NAME [OPTION…]`.
// Plain JavaScript: it runs before anything that could read TypeScript.
const fs = require("node:fs");
const path = require("node:path");

const root = path.dirname(__dirname);
const [name, ...args] = process.argv.slice(2);
// What AWS's SDK says of the next Node is for who chooses the version, not for the person on call.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

/** What is wanted in a second: its modules and the program come from the cache. */
const fast = new Map([
  ["preview", "commands/preview.ts"],
  // What a comparison starts beside itself to have its base planned.
  ["plan-revision", "review/base.ts"],
]);

/** A command as it stands, by tsx. */
function fromSource(entry) {
  require("tsx/cjs");
  const { main } = require(path.join(root, entry));
  return { ...require("../lib/ends.ts"), main, keep: () => {} };
}

async function fromCache(entry) {
  const { compile } = require("../lib/compile.cjs");
  const { useSdkBundle } = require("../plan/sdk-bundle.cjs");
  const early = await begin(compile);
  const command = await compile(root, entry);
  await turn();
  // Help is given without the program, and a broken one is the command's to report.
  const help = args.some((arg) => arg === "--help" || arg === "-h");
  const program = help ? undefined : await compile(root, "index.ts").catch(() => undefined);
  const modules = new Set([...command.imports, ...(program?.imports ?? [])]);
  await turn();
  const sdks = program && useSdkBundle(root, [...modules].sort());
  await turn();
  const keep = () => [sdks, command, program, early?.code].forEach((code) => code?.save());
  return { ...command.run(), keep, begun: early?.begun };
}

/** What of a comparison can begin before all of that is loaded. */
async function begin(compile) {
  const base = name === "plan-revision";
  if (!(base ? process.connected : args.some((arg) => /^--against\b/.test(arg)))) return undefined;
  try {
    const code = await compile(root, "review/early.ts");
    const { begin, beginBase } = code.run();
    return { code, begun: await (base ? beginBase : begin)(root, args) };
  } catch {
    // Whatever it is, the command meets it again, and says so.
    return undefined;
  }
}

/** Lets what has begun go on between two steps that hold this process. */
const turn = () => new Promise(setImmediate);

function load() {
  const entry = fast.get(name) ?? `commands/${name}.ts`;
  if (name !== "launch" && fs.existsSync(path.join(root, entry)))
    // For a stack trace that shows where, the sources run as they stand.
    return fast.has(name) && !process.env.MINI_XDR_DEBUG ? fromCache(entry) : fromSource(entry);
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
