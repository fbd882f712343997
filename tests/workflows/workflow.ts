import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { load } from "js-yaml";
import { root } from "../support/planned";

/** A workflow, as far as these tests read it. */
export interface Workflow {
  file: string;
  text: string;
  on: Record<string, unknown>;
  permissions?: Record<string, string>;
  concurrency?: { group: string; "cancel-in-progress": boolean };
  jobs: Record<string, Job>;
}

export interface Job {
  uses?: string;
  environment?: string;
  permissions?: Record<string, string>;
  "timeout-minutes"?: number;
  strategy?: { matrix: Record<string, string[]> };
  env?: Record<string, unknown>;
  steps?: Step[];
}

export interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
}

export const folder = path.join(root, ".github/workflows");

export function readWorkflow(file: string, text: string): Workflow {
  return { ...(load(text) as Omit<Workflow, "file" | "text">), file, text };
}

/** All of them, by the names of their files. */
export const workflows: Record<string, Workflow> = Object.fromEntries(
  readdirSync(folder).map((file) => [
    path.parse(file).name,
    readWorkflow(file, readFileSync(path.join(folder, file), "utf8")),
  ]),
);

export function stepsOf(workflow: Workflow): Step[] {
  return Object.values(workflow.jobs).flatMap(({ steps = [] }) => steps);
}

/** The words of every command that a workflow runs, as its shell reads them. */
export function commandsOf(workflow: Workflow): string[][] {
  return stepsOf(workflow)
    .flatMap(({ run = "" }) => run.split(/\n|&&/))
    .map((line) => [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)])
    .map((words) => words.map(([, single, double, bare]) => single ?? double ?? bare!))
    .filter((words) => words.length > 0);
}
