import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { schema } from "../../config-schema";
import { output } from "../../lib/processes";
import { stackNames } from "../../plan/stack-names";
import { guardedIn } from "../../review/guarded";
import { root } from "../support/planned";
import { faultsIn } from "./faults";
import { readWorkflow, workflows, type Workflow } from "./workflow";

const { scripts } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};
const { comment, deploy, drills, drift, images, up } = workflows as Record<string, Workflow>;

describe("the workflows", () => {
  for (const workflow of Object.values(workflows))
    it(`${workflow.file} keeps the rules`, () => assert.deepEqual(faultsIn(workflow, scripts), []));

  const broken: [fault: string, file: string, from: string | RegExp, to: string][] = [
    ["it runs by pull_request_target", "pull-request", "pull_request:", "pull_request_target:"],
    ["it has rights at its top", "deploy", "permissions: {}", "permissions: { contents: write }"],
    ["it has rights at its top", "deploy", "permissions: {}\n", ""],
    ["it names a secret", "drift", "github.token", "secrets.TOKEN"],
    ["nothing says what it does beside another run", "tests", /concurrency:\n.*\n.*\n/, ""],
    ["it cancels what changes something", "deploy", "progress: false", "progress: true"],
    ["it cancels what changes something", "up", /^ *cancel-in-progress: false\n/m, ""],
    ["plan does not say what it may", "up", /^ {4}permissions:\n.*\n.*\n/m, ""],
    ["apply may run for hours", "up", /^ *timeout-minutes: 110\n/m, ""],
    ["prod calls a workflow of others", "deploy", /uses: \.\//g, "uses: other/"],
    ["drift asks AWS for a role without an environment", "drift", /^ *environment: .*\n/m, ""],
    ["actions/checkout@v7 is not pinned", "tests", /checkout@\w+/, "checkout@v7"],
    [
      "a checkout keeps its token, or is another than the default one",
      "comment",
      "persist-credentials: false",
      "persist-credentials: false\n          ref: ${{ github.event.workflow_run.head_sha }}",
    ],
    ["a script has an expression in it", "up", '"$STACK" --save', "${{ inputs.stack }} --save"],
    [
      "a script is longer than three lines",
      "tests",
      "run: npm ci",
      "run: |\n          a\n          b\n          c\n          d",
    ],
    ["there is no npm run proposals", "images", "npm run propose ", "npm run proposals "],
  ];
  for (const [fault, file, from, to] of broken)
    it(`would be found out: ${file}.yml, where ${fault}`, () => {
      const { text } = workflows[file]!;
      const changed = text.replace(from, to);
      assert.notEqual(changed, text);
      const found = faultsIn(readWorkflow(`${file}.yml`, changed), scripts);
      assert.ok(found.includes(fault), found.join("; "));
    });

  it("that ask with rights of their own check out nothing of a pull request", () => {
    const [checkout, ...others] = comment!.jobs.comment!.steps!.filter(({ uses }) =>
      uses?.startsWith("actions/checkout@"),
    );
    assert.deepEqual(checkout!.with, { "persist-credentials": false });
    assert.deepEqual(others, []);
    assert.deepEqual(Object.keys(comment!.on), ["workflow_run"]);
  });

  it("hold an up to the plan that was saved before its approval", () => {
    const { plan, apply } = up!.jobs;
    const runs = (job: typeof plan) =>
      job!
        .steps!.map(({ run }) => run)
        .filter(Boolean)
        .at(-1);
    assert.match(runs(plan)!, /^npm run up -- --stack "\$STACK" --save-plan "(.*)"$/);
    assert.match(runs(apply)!, /^npm run up -- --stack "\$STACK" --plan "(.*)" --yes$/);
    assert.notEqual(plan!.environment, apply!.environment);
    assert.deepEqual(Object.keys(deploy!.jobs), ["staging", "prod"]);
    assert.equal((deploy!.jobs.prod as { needs?: string }).needs, "staging");
  });

  it("are of every stack", () => {
    for (const job of [drift!.jobs.drift, images!.jobs.push])
      assert.deepEqual(job!.strategy!.matrix.stack!.toSorted(), stackNames(root));
    assert.deepEqual(Object.keys(deploy!.jobs).sort(), stackNames(root));
  });

  it("build every image that a stack's settings name, on the base that its Dockerfile names", () => {
    const { build } = images!.jobs;
    const names = Object.keys(schema.images.shape);
    assert.deepEqual(build!.strategy!.matrix.image!.toSorted(), names.sort());
    const [base] = (build!.env!.BASE as string).split("@sha256:");
    for (const folder of readdirSync(path.join(root, "images"))) {
      const dockerfile = readFileSync(path.join(root, "images", folder, "Dockerfile"), "utf8");
      assert.equal(/^ARG BASE=(.*)$/m.exec(dockerfile)?.[1], base, folder);
    }
  });

  it("drill all of test:full that npm test does not, as it does", () => {
    const { strategy, env = {} } = drills!.jobs.drill!;
    const parts = scripts["test:full"]!.split(" && ").slice(1);
    const set = Object.fromEntries(
      parts.flatMap((part) =>
        [...part.matchAll(/(\w+)=(\S+)/g)].map(([, name, value]) => [name, value]),
      ),
    ) as Record<string, string>;
    const named = parts.map((part) => /npm run (\S+)$/.exec(part)?.[1]);
    assert.deepEqual(strategy!.matrix.script, named);
    for (const [name, value] of Object.entries(set)) assert.equal(String(env[name]), value, name);
  });
});

describe("the owners of what judges", () => {
  const owned = readFileSync(path.join(root, ".github/CODEOWNERS"), "utf8")
    .split("\n")
    .flatMap((line) => /^(\/\S+)\s+@\S+$/.exec(line)?.[1] ?? [])
    .map(
      (pattern) => new RegExp(`^${escaped(pattern.slice(1))}${pattern.endsWith("/") ? "" : "$"}`),
    );

  it("are asked for every file that the comparison tells apart, and for every stack's settings", async () => {
    const files = (await output("git", ["ls-files"], { cwd: root })).split("\n").filter(Boolean);
    const guarded = files.filter(
      (file) => guardedIn([{ how: "M", path: file }]).length > 0 || /^Pulumi\..*yaml$/.test(file),
    );
    for (const file of ["policies/config.json", "Pulumi.prod.yaml", ".github/CODEOWNERS"])
      assert.ok(guarded.includes(file), file);
    const free = guarded.filter((file) => !owned.some((pattern) => pattern.test(file)));
    assert.deepEqual(free, []);
  });
});

/** A pattern of CODEOWNERS, of which this project uses folders, files and `*` within a name. */
function escaped(pattern: string): string {
  return pattern.replaceAll(/[.]/g, "\\$&").replaceAll("*", "[^/]*");
}
