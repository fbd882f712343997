// Synchronous, as git answers at once and a report is built in one expression.
import { execFileSync, type StdioOptions } from "node:child_process";
import { skipped, type Claim } from "./claim";
import { ends } from "./ends";
import { writeJson } from "./json-file";

/** The outcome of one run of a command. */
export interface Report {
  version: 1;
  command: string;
  stack: string;
  commit: string | null;
  seconds: number;
  claims: Claim[];
}

/** Builds a report of what was started at `since` (ms). */
export function report(command: string, stack: string, since: number, claims: Claim[]): Report {
  const seconds = Math.round((Date.now() - since) / 1000);
  return { version: 1, command, stack, commit: commit(), seconds, claims };
}

/**
 * Prints a report as a table, writes it where that is wanted, and returns the exit code.
 *
 * @param json absolute path for the report
 * @param note what a reader has to know beside the claims, such as what stands in for what
 */
export function conclude(result: Report, json?: string, note?: string): number {
  process.stdout.write(`\n${table(result)}${note ? `${note}\n` : ""}`);
  if (json) writeJson(json, result);
  return holds(result) ? ends.done : ends.broken;
}

/**
 * Says that a command could try nothing here, and why, as `conclude` says what was tried. Returns its
 * exit code.
 */
export function concludeSkipped(command: string, stack: string, why: string, json?: string) {
  process.stderr.write(`SKIPPED: ${why}\n`);
  const place = command.replace(/^\w+:/, "");
  return conclude(report(command, stack, Date.now(), [skipped(place, why)]), json);
}

/** Whether nothing that was tried failed. What was skipped is no failure, but printed. */
export function holds({ claims }: Report): boolean {
  return claims.every((claim) => claim.holds || claim.kind === "skipped");
}

/** The report as a table for people. */
export function table({ claims, command, stack, seconds }: Report): string {
  const rows = claims.map((claim) => [
    claim.kind === "skipped" ? "SKIPPED" : claim.holds ? "holds" : "FAILS",
    claim.id,
    claim.kind === "skipped" ? "" : `${claim.value} ${claim.unit}`,
    claim.limit === null ? "" : `≤ ${claim.limit}`,
    claim.kind,
    claim.claim,
  ]);
  const all = [["", "claim", "value", "limit", "kind", ""], ...rows];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  const lines = all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join("  ")
      .trimEnd(),
  );
  const count = (test: (claim: Claim) => boolean) => claims.filter(test).length;
  const summary =
    `${command} ${stack}: ${count((claim) => claim.holds)} claims hold, ` +
    `${count((claim) => !claim.holds && claim.kind !== "skipped")} fail, ` +
    `${count((claim) => claim.kind === "skipped")} skipped, in ${seconds} s`;
  const faults = claims
    .filter((claim) => !claim.holds && claim.injection)
    .map((claim) => `  ${claim.id}: ${claim.injection}`);
  return [...lines, "", ...faults, summary, ""].join("\n");
}

function commit(): string | null {
  try {
    const stdio: StdioOptions = ["ignore", "pipe", "ignore"];
    return execFileSync("git", ["rev-parse", "HEAD"], { cwd: __dirname, stdio }).toString().trim();
  } catch {
    return null;
  }
}
