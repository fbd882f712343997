import { readFileSync } from "node:fs";
import path from "node:path";
import { quantitiesOf, type Quantity } from "../cost/quantities";
import { UsageError } from "../lib/ends";
import { run } from "../lib/processes";
import { deployedObjects, type DeployedObject } from "../plan/comparison/objects";
import { evaluateValues } from "../plan/evaluate";
import { packSettings } from "../plan/judged";
import type { Plan } from "../plan/plan";
import { readPlan } from "../plan/plan-file";
import type { Program } from "../plan/program";
import { zonesOf } from "../plan/releases";
import { readStackSettings } from "../plan/stack-settings";
import type { Stack } from "../policies/model/resource";
import type { Settings } from "../policies/model/settings";
import { models } from "../policies/models";
import { describeBudgets } from "../policies/pack/budgets";
import { judgeStack, stackOf, type Violation } from "../policies/pack/judge";

/** What a model says of a stack, a line. */
export interface ModelLine {
  model: string;
  of: string;
  /** Its cells by their columns, and what is broken of it. */
  cells: Record<string, string>;
}

/** A stack at one commit, with everything that is compared of it. Plain data: a cache keeps it. */
export interface Revision {
  plan: Plan;
  /** Configuration by key, as text; what is encrypted stays closed. */
  config: Record<string, string>;
  /** What the pack is told there: its tier, its exemptions. */
  settings: Settings;
  objects: DeployedObject[];
  /** Both budgets and every exemption, a line each. */
  budgets: string[];
  models: ModelLine[];
  quantities: Quantity[];
}

/** Plans a stack of a checkout by its program, and reads from the plan what is compared. */
export async function revisionOf(
  checkout: string,
  stack: string,
  program: Program,
): Promise<Revision> {
  const settings = readStackSettings(checkout, stack);
  // Charts are found from the project's root, as under the real engine.
  process.chdir(checkout);
  return read(checkout, await evaluateValues(program, settings), settings.config);
}

/**
 * The same of a checkout that has other dependencies than this one: they are installed there, and its own
 * preview plans it.
 *
 * @throws UsageError when that does not work, with its last words.
 */
export async function foreignRevisionOf(checkout: string, stack: string): Promise<Revision> {
  const file = path.join(checkout, ".compared-plan.json");
  const script = path.join(checkout, "commands/run.cjs");
  const args = ["--no-opt", script, "preview", "--stack", stack, "--json", file];
  const { code, stderr } = await run(process.execPath, args, { cwd: checkout });
  if (code > 1) throw new UsageError(firstLine(stderr));
  return read(checkout, readPlan(file), readStackSettings(checkout, stack).config);
}

/** Installs what a checkout's own lock file names. @throws UsageError */
export async function installDependencies(checkout: string): Promise<void> {
  process.stderr.write("preview: installing what the other revision's lock file names\n");
  const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
  const { code, stderr } = await run("npm", args, { cwd: checkout });
  if (code !== 0) throw new UsageError(`npm ci: ${firstLine(stderr)}`);
}

function read(checkout: string, plan: Plan, config: Record<string, string>): Revision {
  const settings = packSettings(checkout, plan.stack);
  const stack = stackOf(plan.resources, settings);
  const revision: Revision = {
    plan,
    config,
    settings,
    objects: deployedObjects(stack.resources),
    budgets: describeBudgets(stack, settings),
    models: models.flatMap(({ name, columns, lines }) =>
      lines(stack, settings).map(({ of, cells, broken }) => ({
        model: name,
        of,
        cells: Object.fromEntries([
          ...cells.map((cell, index) => [columns[index + 1]!, cell]),
          ["broken", broken.map(({ problem }) => problem).join("; ")],
        ]) as Record<string, string>,
      })),
    ),
    quantities: quantitiesOf(stack, zonesOf(plan).length),
  };
  stacks.set(revision, stack);
  return revision;
}

/** Revisions that were read here, as the rules have them. */
const stacks = new WeakMap<Revision, Stack>();

/** What the pack says of a revision by such settings. */
export function judgedBy(revision: Revision, settings: Settings): Violation[] {
  return judgeStack(stacks.get(revision) ?? stackOf(revision.plan.resources, settings), settings);
}

/** The first line of what a command has said of its failure. */
export function firstLine(said: string): string {
  const lines = said.trim().split("\n");
  const error = lines.findIndex((line) => line.startsWith("error: "));
  const [first = "it failed without a word", second = ""] = lines.slice(Math.max(0, error));
  const told = first.replace(/^error: /, "");
  return told.endsWith(":") ? `${told} ${second.trim()}` : told;
}

/** A file of a checkout; empty where there is none. */
export function textOf(checkout: string, file: string): string {
  try {
    return readFileSync(path.join(checkout, file), "utf8");
  } catch {
    return "";
  }
}
