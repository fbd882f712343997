import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { root } from "../support/planned";

/** mocha's own, so that a pattern finds here what it finds in a script. */
const { lookupFiles } = createRequire(__filename)("mocha/lib/cli/lookup-files.js") as {
  lookupFiles(pattern: string, extensions: string[], recursive: boolean): string[];
};

const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};

/** The mocha commands that a script comes to, through the scripts that it runs. */
function mochaCommands(script: string): string[] {
  return scripts[script]!.split(" && ").flatMap((command) => {
    const other = /(?:^|\s)npm (?:run )?([\w:]+)$/.exec(command)?.[1];
    if (other) return mochaCommands(other);
    const beside = /^concurrently --raw npm:(.*)$/.exec(command)?.[1];
    if (beside) return beside.split(" npm:").flatMap(mochaCommands);
    return command.startsWith("mocha ") ? [command] : [];
  });
}

/** Files that a mocha command runs. */
function filesOf(command: string): string[] {
  const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(
    ([, quoted, bare]) => quoted ?? bare!,
  );
  const [, ...patterns] = words;
  const option = patterns.indexOf("--ignore");
  const ignored = option === -1 ? [] : patterns.splice(option, 2).slice(1);
  const found = (pattern: string) => {
    try {
      return lookupFiles(pattern, [".ts"], false);
    } catch {
      return []; // mocha's answer to a pattern that nothing matches
    }
  };
  const left = ignored.flatMap(found);
  return patterns.flatMap(found).filter((file) => !left.includes(file));
}

/** Test files that these commands do not run exactly once, each with how often they do. */
function notOnce(commands: string[]): string[] {
  const all = commands.flatMap(filesOf);
  return lookupFiles("tests/**/*.test.ts", [".ts"], false)
    .map((file) => ({ file, times: all.filter((other) => other === file).length }))
    .filter(({ times }) => times !== 1)
    .map(({ file, times }) => `${file}: ${times} times`);
}

describe("the scripts that test", () => {
  const large = "tests/images/backup/large.integration.test.ts";
  // The same command again, with more repetitions, is the same one.
  const full = [...new Set(mochaCommands("test:full"))];

  it("run every test file: none is forgotten, none is in two of them", () => {
    assert.deepEqual(notOnce(full), []);
  });

  it("are all in npm test, but for the dumps of 1 GB and the hour of alerts", () => {
    assert.deepEqual(notOnce(mochaCommands("test")).sort(), [
      "tests/chaos/alerts.integration.test.ts: 0 times",
      "tests/images/backup/large-pairs.integration.test.ts: 0 times",
      `${large}: 0 times`,
    ]);
  });

  it("would be found out: one that is left out, one that two run", () => {
    const [charts] = mochaCommands("test:charts");
    const without = notOnce(full.filter((command) => command !== charts));
    assert.ok(without.includes("tests/charts/helm.integration.test.ts: 0 times"));
    assert.deepEqual(notOnce([...full, `mocha ${large}`]), [`${large}: 2 times`]);
  });
});
