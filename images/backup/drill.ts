import { appendFile, writeFile } from "node:fs/promises";
import type { Backup } from "./manifest";
import { byTime, isGood } from "./retention";
import { verify, type VerifyOptions } from "./verify";

/** What a drill promises to stay within, seconds. */
export interface Objectives {
  rpoSeconds: number;
  rtoSeconds: number;
}

/** One thing that the drill measured; the format of every report of this project. */
export interface Claim {
  id: string;
  claim: string;
  kind: "measured";
  value: number;
  unit: "s";
  limit: number;
  holds: boolean;
  repetitions: number;
  injection: string | null;
  source: null;
}

export interface DrillReport {
  version: 1;
  command: "drill";
  stack: string;
  commit: null;
  seconds: number;
  claims: Claim[];
}

/**
 * Plays the loss of everything but the vault: finds the newest backup, restores it, compares it,
 * and measures by its canary row how much would have been lost, and how long the restore took. Both are kept under `state/drills/` for the metrics.
 */
export async function drill(
  options: VerifyOptions & {
    stack: string;
    objectives: Objectives;
    json?: string;
    results?: string;
  },
): Promise<DrillReport> {
  const { vault, evidence, stack, objectives, json, results, log } = options;
  const disaster = Date.now();
  const { manifest, restored } = await verify(options);
  const rto = (Date.now() - disaster) / 1000;
  if (!restored.canary)
    throw new Error(`${manifest.id}: it holds no canary row, so its age cannot be told; run dump`);
  const rpo = (disaster - Date.parse(restored.canary.writtenAt)) / 1000;
  const injection = `only the vault is used, as if all else were lost at ${new Date(disaster).toISOString()}`;
  const claims = [
    claim(
      "drill.rpo",
      "Age of the restored canary row at the disaster",
      rpo,
      objectives.rpoSeconds,
      1,
      injection,
    ),
    claim(
      "drill.rto",
      "From the disaster to a restored and compared database",
      rto,
      objectives.rtoSeconds,
      1,
      injection,
    ),
  ];
  const gaps = exposures((await evidence.read()).backups);
  if (gaps.length > 0)
    claims.push(
      claim(
        "drill.rpo.worst",
        "Longest time that the vault's newest backup was not replaced: interval and duration of the dumps",
        Math.max(...gaps),
        objectives.rpoSeconds,
        gaps.length,
        null,
      ),
    );
  const report: DrillReport = {
    version: 1,
    command: "drill",
    stack,
    commit: null,
    seconds: Math.round(rto),
    claims,
  };
  const text = `${JSON.stringify(report, null, 2)}\n`;
  await vault.put(latestDrill, text, { replace: true });
  if (json) await writeFile(json, text);
  if (results) await appendFile(results, resultRow(stack, rpo, rto, manifest.dump.bytes));
  for (const { id, value, limit, holds } of claims) log.info(id, { seconds: value, limit, holds });
  return report;
}

/** A row of the table in docs/disaster-recovery.md. */
function resultRow(stack: string, rpo: number, rto: number, bytes: number): string {
  const day = new Date().toISOString().slice(0, 10);
  const size = `dump of ${(bytes / 1e6).toFixed(1)} MB`;
  return `| ${day} | restore | ${stack} | ${rpo.toFixed(1)} s | ${rto.toFixed(1)} s | ${size} |\n`;
}

/** The report of the last drill. */
export const latestDrill = "state/drills/latest.json";

/**
 * Seconds of data that a loss just before each backup's completion would have cost: from the
 * snapshot before it to its completion. Of the last day's backups.
 */
export function exposures(backups: Backup[]): number[] {
  const good = backups.filter(isGood).sort(byTime);
  const newest = good.at(-1);
  if (!newest) return [];
  const since = Date.parse(newest.manifest.snapshotAt) - 24 * 3600 * 1000;
  return good.slice(1).flatMap(({ manifest }, index) => {
    const before = Date.parse(good[index]!.manifest.snapshotAt);
    return before < since ? [] : [(Date.parse(manifest.finishedAt) - before) / 1000];
  });
}

function claim(
  id: string,
  text: string,
  seconds: number,
  limit: number,
  repetitions: number,
  injection: string | null,
): Claim {
  const value = Math.round(seconds * 10) / 10;
  return {
    id,
    claim: text,
    kind: "measured",
    value,
    unit: "s",
    limit,
    holds: value <= limit,
    repetitions,
    injection,
    source: null,
  };
}
