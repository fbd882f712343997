import { answers } from "../application";
import type { Outputs } from "../engine";
import type { Step } from "../procedure";
import type { DatabaseJobs } from "./database-job";

const live = "minixdr";

export interface DumpChoice {
  /** A backup by name. */
  backup?: string;
  /** The newest verified backup up to this time. */
  before?: Date;
  /** The newest complete backup, verified or not. */
  newest?: boolean;
  /** From the vault of the stack whose place this one takes. */
  lost?: boolean;
}

/** Restores a dump into a new database on the same server, and swaps the two names. */
export function fromDump(
  outputs: Outputs,
  jobs: DatabaseJobs,
  choice: DumpChoice,
  stamp: string,
): Step[] {
  const [restored, old] = [`${live}_restored_${stamp}`, `${live}_before_${stamp}`];
  const { words, options } = chosen(choice);
  return [
    {
      id: "restore",
      title: `Restore ${words} into the new database ${restored}, and compare it with its manifest`,
      run: () =>
        jobs.run("restore", `restore-${job(stamp)}`, [
          "restore",
          "--database",
          restored,
          ...options,
        ]),
    },
    {
      id: "swap",
      title: `End all sessions, rename ${live} to ${old} and ${restored} to ${live}`,
      run: () =>
        jobs.run("swap", `swap-${job(stamp)}`, [
          "swap",
          "--live",
          live,
          "--restored",
          restored,
          "--before",
          old,
        ]),
    },
    answer(outputs),
  ];
}

/** A choice in words, and as the job's options. */
function chosen({ lost, ...choice }: DumpChoice): { words: string; options: string[] } {
  const { words, options } = inVault(choice);
  return lost
    ? { words: `${words} of the lost stack`, options: [...options, "--lost"] }
    : { words, options };
}

function inVault({ backup, before, newest }: DumpChoice): { words: string; options: string[] } {
  if (backup) return { words: backup, options: ["--backup", backup] };
  if (newest) return { words: "the newest backup, verified or not,", options: ["--newest"] };
  const words = "the newest verified backup";
  if (!before) return { words, options: [] };
  const time = before.toISOString();
  return { words: `${words} up to ${time}`, options: ["--before", time] };
}

/** Gives the database from before a restore its name back. */
export function undo(outputs: Outputs, jobs: DatabaseJobs, old: string, stamp: string): Step[] {
  const undone = `${live}_undone_${stamp}`;
  return [
    {
      id: "swap",
      title: `End all sessions, rename ${live} to ${undone} and ${old} to ${live}`,
      run: () =>
        jobs.run("swap", `undo-${job(stamp)}`, [
          "swap",
          "--live",
          live,
          "--restored",
          old,
          "--before",
          undone,
        ]),
    },
    answer(outputs),
  ];
}

function answer({ url }: Outputs): Step {
  return {
    id: "answer",
    title: `Wait until the application answers at ${url}`,
    run: () => answers(url, 600),
  };
}

/** A stamp in the characters of a Kubernetes name. */
function job(stamp: string): string {
  return stamp.replaceAll("_", "-").toLowerCase();
}
