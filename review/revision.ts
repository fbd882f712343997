import { readFileSync } from "node:fs";
import path from "node:path";
import { quantitiesOf, type Quantity } from "../cost/quantities";
import { UsageError } from "../lib/ends";
import { run } from "../lib/processes";
import { deployedObjects, type DeployedObject } from "../plan/comparison/objects";
import { packSettings } from "../plan/judged";
import { readPlan } from "../plan/plan-file";
import { zonesOf } from "../plan/releases";
import { readStackSettings } from "../plan/stack-settings";
import type { Stack } from "../policies/model/resource";
import type { Settings } from "../policies/model/settings";
import { models } from "../policies/models";
import { describeBudgets } from "../policies/pack/budgets";
import { judgeStack, stackOf, type Violation } from "../policies/pack/judge";
import type { Planned } from "./planned";

/** What a model says of a stack, a line. */
export interface ModelLine {
  model: string;
  of: string;
  /** Its cells by their columns, and what is broken of it. */
  cells: Record<string, string>;
}

/** A stack at one commit, with everything that is compared of it. Plain data: a cache keeps it. */
export interface Revision extends Planned {
  /** What the pack is told there: its tier, its exemptions. */
  settings: Settings;
  objects: DeployedObject[];
  /** Both budgets and every exemption, a line each. */
  budgets: string[];
  models: ModelLine[];
  quantities: Quantity[];
}

/**
 * A stack of a checkout that has other dependencies than this one: they are installed there, and its own
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
  const { config } = readStackSettings(checkout, stack);
  return revisionOf(checkout, { plan: readPlan(file), config });
}

/** Installs what a checkout's own lock file names. @throws UsageError */
export async function installDependencies(checkout: string): Promise<void> {
  process.stderr.write("preview: installing what the other revision's lock file names\n");
  const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
  const { code, stderr } = await run("npm", args, { cwd: checkout });
  if (code !== 0) throw new UsageError(`npm ci: ${firstLine(stderr)}`);
}

/**
 * Reads from what was planned in a checkout what is compared.
 *
 * @throws UsageError when what the pack is told there cannot be used.
 */
export function revisionOf(checkout: string, { plan, config }: Planned): Revision {
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
