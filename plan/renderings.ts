import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { UsageError } from "../lib/ends";
import {
  readRendered,
  renderedHash,
  renderedPath,
  renderedText,
} from "../policies/releases/rendered";
import { template } from "./helm";
import type { Plan } from "./plan";
import { localReleases, releaseType, type PlannedRelease } from "./releases";

/** Objects of one release as the real Helm renders them, in the form in which they are committed. */
export interface Rendering {
  file: string;
  text: string;
  /** Whether the committed file is this text. */
  committed: boolean;
}

/** Every local release of a plan, rendered by Helm for the Kubernetes of the rehearsal. */
export async function renderings(root: string, plan: Plan): Promise<Rendering[]> {
  return Promise.all(
    localReleases(plan).map(async (release) => {
      const identity = { ...release, release: release.name, ignored: ignoredValues(plan, release) };
      const result = await template(release);
      if (result.code !== 0)
        throw new UsageError(`${release.chart} does not render: ${result.stderr.trim()}`);
      const text = renderedText(identity, renderedHash(root, identity), `${result.stdout}\n`);
      return {
        file: renderedPath(root, plan.stack, release.name),
        text,
        committed: readRendered(root, plan.stack, release.name)?.yaml === text,
      };
    }),
  );
}

/** Commits it to its file. */
export function writeRendering({ file, text }: Rendering): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** Values that exist only after creation: under the real engine, others stand in their place. */
function ignoredValues({ resources }: Plan, { name }: PlannedRelease): string[] {
  const resource = resources.find(
    ({ type, inputs }) => type === releaseType && inputs.name === name,
  )!;
  return resource.unknowns
    .filter(([property]) => property === "values")
    .map(([, ...path]) => path.join("."))
    .sort();
}
