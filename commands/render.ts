import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, relative } from "node:path";
import { Command } from "commander";
import { readRendered, renderedHash, renderedPath, renderedText } from "../policies/model/rendered";
import { explain } from "../lib/explain";
import type { Launch } from "./launch";
import { evaluate } from "../plan/evaluate";
import type { Plan, PlannedResource } from "../plan/plan";
import { readStackSettings, stackNames } from "../plan/stack-settings";
import { localReleases, type PlannedRelease } from "../plan/releases";
import { template } from "../rehearsal/workloads/helm";
import { UsageError } from "../lib/usage-error";

/** Objects of one release as the real Helm renders them, in the form in which they are committed. */
export interface Rendering {
  file: string;
  text: string;
}

/**
 * `npm run render`: writes what the local charts render with every stack's planned values.
 * With `--check` it writes nothing and returns 1 when a committed file differs.
 */
export async function main(args: string[], { root, program }: Launch): Promise<number> {
  try {
    const { check } = new Command("npm run render --")
      .description("Render the local charts with each stack's planned values, by the real Helm.")
      .option("--check", "write nothing; exit 1 when a committed file differs")
      .allowExcessArguments(false)
      .exitOverride()
      .parse(args, { from: "user" })
      .opts<{ check?: boolean }>();
    process.chdir(root);
    let stale = 0;
    for (const stack of stackNames(root)) {
      const plan = await evaluate(program, readStackSettings(root, stack));
      for (const { file, text } of await renderings(root, plan)) {
        const same = readRendered(root, stack, file.split("/").pop()!.replace(".yaml", ""))?.yaml;
        if (same === text) continue;
        stale += 1;
        console.log(
          `${relative(root, file)}: ${check ? "differs; run: npm run render" : "written"}`,
        );
        if (!check) write(file, text);
      }
    }
    if (stale === 0) console.log("every rendered object is up to date");
    return check && stale > 0 ? 1 : 0;
  } catch (error) {
    return explain(error);
  }
}

/** Every local release of a plan, rendered by Helm for the Kubernetes of the rehearsal. */
export async function renderings(root: string, plan: Plan): Promise<Rendering[]> {
  return Promise.all(
    localReleases(plan).map(async (release) => {
      const identity = { ...release, release: release.name, ignored: ignoredValues(plan, release) };
      const result = await template(release);
      if (result.code !== 0)
        throw new UsageError(`${release.chart} does not render: ${result.stderr.trim()}`);
      return {
        file: renderedPath(root, plan.stack, release.name),
        text: renderedText(identity, renderedHash(root, identity), result.stdout),
      };
    }),
  );
}

/** Values that exist only after creation: under the real engine, others stand in their place. */
function ignoredValues(plan: Plan, release: PlannedRelease): string[] {
  const resource = plan.resources.find(
    ({ type, inputs }) => type === "kubernetes:helm.sh/v3:Release" && inputs.name === release.name,
  ) as PlannedResource;
  return resource.unknowns
    .filter(([property]) => property === "values")
    .map(([, ...path]) => path.join("."))
    .sort();
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
