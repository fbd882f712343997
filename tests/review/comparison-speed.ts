import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import path from "node:path";
import { copyCheckout } from "../../lib/checkout";
import { run } from "../../lib/processes";
import { percentile } from "../../rehearsal/database/percentile";
import { committed, gitIn } from "../support/git";

/** How often each way is measured; more say more. */
const rounds = Number(process.argv[2] ?? 15);
/** The most that a comparison may take, in previews (issue 17). */
const limits = { uncached: 1.5, cached: 1.1 };

const root = path.resolve(__dirname, "../..");

/**
 * `npm run measure:comparison -- [ROUNDS]`: how long a comparison takes beside a preview, as whole processes,
 * one after the other and in turns, so that what else happens on the machine meets all three. On a machine
 * that is busy the figures say nothing: a comparison uses what a preview leaves of two cores.
 */
async function main(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), "mini-xdr-speed-"));
  try {
    const checkout = await changed(path.join(folder, "checkout"));
    const cache = path.join(folder, "cache");
    const alone = () => seconds(checkout, cache, []);
    const against = () => seconds(checkout, cache, ["--against", "base"]);
    const forget = () =>
      rm(path.join(cache, "mini-xdr/revisions"), { recursive: true, force: true });
    await alone();
    await against();
    const pairs: Record<keyof typeof limits, number[]> = { uncached: [], cached: [] };
    const previews: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const preview = await alone();
      await forget();
      const uncached = await against();
      const cached = await against();
      previews.push(preview);
      pairs.uncached.push(uncached / preview);
      pairs.cached.push(cached / preview);
    }
    console.log(`preview: ${quartiles(previews)} s; load ${loadavg()[0]!.toFixed(1)}`);
    for (const [way, limit] of Object.entries(limits)) {
      const ratios = pairs[way as keyof typeof limits];
      const holds = median(ratios) <= limit;
      console.log(
        `${way}: ${quartiles(ratios)} previews, at most ${limit}: ${holds ? "holds" : "FAILS"}`,
      );
      if (!holds) process.exitCode = 1;
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A clone of what is here, with one property of one resource changed in a commit. */
async function changed(folder: string): Promise<string> {
  await copyCheckout(root, folder);
  const git = gitIn(folder);
  await committed(folder, "base");
  await git("checkout", "--quiet", "-b", "head");
  const file = path.join(folder, "components/network/network.ts");
  const text = await readFile(file, "utf8");
  await writeFile(file, text.replace("retentionInDays: 90", "retentionInDays: 180"));
  await git("commit", "--quiet", "--all", "--message", "head");
  return folder;
}

/** Of a whole process, with what it starts. */
async function seconds(cwd: string, cache: string, more: string[]): Promise<number> {
  const words = ["--no-opt", "commands/run.cjs", "preview", "--stack", "prod", ...more];
  const since = performance.now();
  const env = { XDG_CACHE_HOME: cache };
  const { code, stderr } = await run(process.execPath, words, { cwd, env });
  if (code !== 0) throw new Error(`preview ended with ${code}: ${stderr}`);
  return (performance.now() - since) / 1000;
}

const median = (values: number[]) => percentile(values, 0.5);

/** The median, and between which values half of them are. */
function quartiles(values: number[]): string {
  const [low, middle, high] = [0.25, 0.5, 0.75].map((part) => percentile(values, part).toFixed(2));
  return `${middle} (${low} to ${high})`;
}

void main();
