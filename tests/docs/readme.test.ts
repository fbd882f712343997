import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { format } from "prettier";
import { commands, withConfigKeys } from "../../commands/docs";
import { commandPage } from "../../lib/command-page";
import { output } from "../../lib/processes";
import { root } from "../support/planned";

const documents = [
  "README.md",
  "docs/architecture.md",
  "docs/commands.md",
  "docs/configuration.md",
  "docs/decisions/README.md",
];

const text = (file: string) => readFileSync(join(root, file), "utf8");

describe("the documents", function () {
  this.timeout(60_000);

  it("the table of configuration keys is today's (npm run docs)", async () => {
    const page = text("docs/configuration.md");
    assert.equal(await withConfigKeys(page), page);
  });

  it("the page of commands is what every command's own definition says (npm run docs)", async () => {
    const page = await format(commandPage(commands()), {
      parser: "markdown",
      printWidth: 100,
    });
    assert.equal(text("docs/commands.md"), page);
    const { scripts } = JSON.parse(text("package.json")) as { scripts: Record<string, string> };
    const own = Object.keys(scripts).filter((name) => scripts[name]!.includes("commands/run.cjs"));
    const described = [...page.matchAll(/^## npm run (\S+)$/gm)].map(([, name]) => name!);
    assert.deepEqual(described.sort(), own.sort());
  });

  it("README: every npm script that it names exists", () => {
    const { scripts } = JSON.parse(text("package.json")) as { scripts: Record<string, string> };
    for (const [, script] of text("README.md").matchAll(/npm run ([\w:-]+)/g))
      assert.ok(script! in scripts, `npm run ${script}`);
  });

  it("troubleshooting: every message that it explains is one of the sources'", async () => {
    const rows = text("docs/troubleshooting.md").matchAll(/^\| ([^|]+) \|/gm);
    const messages = [...rows].flatMap(([, cell]) => [...cell!.matchAll(/`([^`]+)`/g)]);
    assert.ok(messages.length > 30);
    const files = await output("git", ["ls-files", "*.ts", "*.cjs"], { cwd: root });
    const sources = files
      .split("\n")
      .filter((file) => !/^(tests|images)\//.test(file))
      .map(text)
      .join("\n");
    for (const [, message] of messages) assert.ok(sources.includes(message!), message);
  });

  for (const document of documents)
    it(`${document}: every link into the repository resolves`, () => {
      for (const [, target] of text(document).matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g))
        if (!/^https?:/.test(target!))
          assert.ok(existsSync(join(root, dirname(document), target!)), target);
    });
});
