import { endWith } from "../../lib/ends";
import { conclude, report } from "../../lib/report";
import { claim, type Claim } from "../../lib/claim";
import { budgetOf } from "./budget";
import { drills } from "./drills";
import { Laboratory } from "./laboratory";
import { enterSandbox } from "../sandbox/sandbox";
import { difference, type Shipped } from "./shipped";

/** What the command hands into the sandbox. */
export interface Job {
  shipped: Shipped;
  /** Names of the drills to run. */
  chosen: string[];
  repetitions: number;
  /** Path of the report, where one is wanted. */
  json?: string;
}

/** The inner half of `rehearse:database`: runs as the first process of the sandbox. */
async function main(folder: string, { shipped, chosen, repetitions, json }: Job): Promise<number> {
  const since = Date.now();
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const claims: Claim[] = [];
  enterSandbox(folder);
  const laboratory = await Laboratory.start(folder, shipped);
  say(`laboratory up after ${Math.round((Date.now() - since) / 100) / 10} s`);
  say("pgbouncer.ini, as the chart renders it (-) and as it runs here (+):");
  for (const line of difference(shipped, laboratory.poolers[0]!.configuration)) say(`  ${line}`);
  for (const { name, title, run } of drills.filter(({ name }) => chosen.includes(name))) {
    say(`▸ ${name}: ${title}`);
    const started = Date.now();
    try {
      claims.push(...(await run({ laboratory, repetitions }, (line) => say(`  ${line}`))));
    } catch (error) {
      claims.push(brokenOff(name, error as Error));
      say((error as Error).stack ?? String(error));
    }
    say(`  ${Math.round((Date.now() - started) / 1000)} s`);
  }
  claims.push(...budgetOf(claims, shipped));
  const result = report("rehearse:database", shipped.stack, since, claims);
  return conclude(result, json);
}

function brokenOff(drill: string, error: Error): Claim {
  return claim({
    id: `${drill}.completed`,
    claim: `the drill broke off: ${error.message}`,
    value: 1,
    unit: "",
    limit: 0,
  });
}

const [folder = "", job = ""] = process.argv.slice(2);
endWith(main(folder, JSON.parse(job) as Job));
