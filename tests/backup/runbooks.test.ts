import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { plannedStack, root } from "../support/planned";
import { runCommand } from "./support/stand-ins";

const folder = join(root, "docs/runbooks");
const files = [
  ...readdirSync(folder).map((name) => join(folder, name)),
  join(root, "docs/disaster-recovery.md"),
];

/** Every command line in a document: code blocks and code in a sentence. */
function commandsIn(text: string): string[] {
  const blocks = [...text.matchAll(/```sh\n([^]*?)```/g)].flatMap(([, block]) =>
    block!.split("\n"),
  );
  const inline = [...text.replaceAll(/```[^]*?```/g, "").matchAll(/`([^`\n]+)`/g)].map(
    ([, code]) => code!,
  );
  return [...blocks, ...inline].filter((line) => /^(npm|npx|kubectl|aws) /.test(line));
}

/** Anchors that a document's headings make. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, "")
      .trim()
      .replaceAll(" ", "-"),
  );
}

describe("the runbooks", function () {
  this.timeout(60_000);

  for (const file of files) {
    const name = file.slice(root.length + 1);
    const text = readFileSync(file, "utf8");

    it(`${name}: every link resolves, to its heading too`, () => {
      for (const [, target, anchor] of text.matchAll(/\]\(([^)#\s]*)(?:#([^)]*))?\)/g)) {
        if (/^https?:/.test(target!)) continue;
        const linked = target ? join(dirname(file), target) : file;
        assert.ok(existsSync(linked), `${target} does not exist`);
        if (anchor)
          assert.ok(
            anchorsOf(readFileSync(linked, "utf8")).includes(anchor),
            `${target}#${anchor}`,
          );
      }
    });

    it(`${name}: every npm script exists and knows the options it is given`, async () => {
      const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
      for (const command of commandsIn(text)) {
        const [, script, rest = ""] = /^npm run ([\w:-]+)(?: -- (.*))?$/.exec(command) ?? [];
        if (!script) continue;
        assert.ok(script in scripts, `npm run ${script}`);
        // What another program takes is its own.
        if (!["restore", "rebuild"].includes(script)) continue;
        const help = await runCommand(script, ["--help"], {});
        for (const [option] of rest.matchAll(/--[\w-]+/g))
          assert.match(help.stdout, new RegExp(`${option}\\b`), command);
      }
    });

    it(`${name}: every CronJob and Deployment that it names is in the plan's releases`, async () => {
      const rendered = readdirSync(join(root, "charts/rendered/prod")).map((release) =>
        readFileSync(join(root, "charts/rendered/prod", release), "utf8"),
      );
      const objects = rendered.flatMap((yaml) =>
        [...yaml.matchAll(/^ {2}name: "?([\w-]+)"?$/gm)].map(([, object]) => object!),
      );
      for (const command of commandsIn(text))
        for (const [, object] of command.matchAll(/(?:cronjob\/|deployment )([a-z][\w-]+)/g))
          assert.ok(objects.includes(object!), `${object} of: ${command}`);
    });
  }

  it("every output that a recovery command or a runbook reads is one of the stack", async () => {
    const { outputs } = await plannedStack("prod");
    const wanted = [
      ...readFileSync(join(root, "commands/rebuild/engine.ts"), "utf8").matchAll(
        /^ {2}(\w+): (?:string|"|\{)/gm,
      ),
    ].map(([, name]) => name!);
    const named = ["url", "eksClusterName", "databaseArn", "backupRecoveryBucket"];
    for (const output of [
      ...named,
      ...wanted.filter((name) => /^(database|eks|load|region)/.test(name)),
    ])
      assert.ok(output in outputs, output);
  });

  it("every alert of the chart leads to a heading of a runbook", () => {
    const chart = readFileSync(
      join(root, "charts/database-backup/templates/monitoring.yaml"),
      "utf8",
    );
    const urls = [...chart.matchAll(/runbook_url: (\S+)#(\S+)/g)];
    assert.ok(urls.length > 0);
    for (const [, file, anchor] of urls)
      assert.ok(
        anchorsOf(readFileSync(join(root, file!), "utf8")).includes(anchor!),
        `${file}#${anchor}`,
      );
    const runbook = readFileSync(join(folder, "data-loss.md"), "utf8");
    for (const [, alert] of chart.matchAll(/- alert: (\w+)/g))
      assert.ok(runbook.includes(alert!), alert);
  });
});
