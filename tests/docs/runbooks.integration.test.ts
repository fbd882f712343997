import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { needTools } from "../support/need-tools";
import { plannedStack, root } from "../support/planned";
import { aws, kubectl, npm, pulumi, type Check } from "./known-commands";

const folder = join(root, "docs/runbooks");
const files = [
  ...readdirSync(folder).map((name) => join(folder, name)),
  ...["disaster-recovery", "getting-started", "landing-zone", "troubleshooting"].map((name) =>
    join(root, `docs/${name}.md`),
  ),
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

const checks: Record<string, Check> = { npm, kubectl, aws };

describe("the runbooks, and the pages that lead to them", function () {
  this.timeout(120_000);

  before(async function () {
    await needTools(this, ["pulumi", "kubectl", "moto_server"]);
  });

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

    it(`${name}: every command is one that its program knows, with the options it is given`, async function () {
      const commands = commandsIn(text).map((line) => line.split(/ [|>] | #/)[0]!.split(/\s+/));
      for (const [program, ...words] of commands) {
        const wrong =
          program === "npx" ? await pulumi(words.slice(1)) : await checks[program!]!(words);
        assert.equal(wrong, undefined, `${program} ${words.join(" ")}`);
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
      ...readFileSync(join(root, "recovery/engine.ts"), "utf8").matchAll(
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

  for (const [title, check, line] of [
    ["an npm script that is none", npm, "run rescue -- --stack prod"],
    ["an option that a script does not have", npm, "run rebuild -- --force"],
    ["a command that Pulumi does not have", pulumi, "resurrect --stack prod"],
    ["an option that Pulumi does not have", pulumi, "refresh --gently"],
    ["a verb that kubectl does not have", kubectl, "--namespace database mend pods"],
    ["an option that kubectl does not have", kubectl, "get pods --everywhere"],
    ["an operation that AWS does not have", aws, "rds swap-db-cluster"],
    ["an operation that a service without an SDK does not have", aws, "fis begin-experiment"],
    ["an input that a service without an SDK does not have", aws, "fis stop-experiment --gently"],
    ["an input that AWS does not have", aws, "rds modify-db-cluster --new-name x"],
  ] as [string, Check, string][])
    it(`notices ${title}`, async () => assert.ok(await check(line.split(" "))));

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
