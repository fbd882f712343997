import { createHash } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { load } from "js-yaml";
import { CommandFailed, output } from "../../lib/processes";
import { UsageError } from "../../lib/ends";
import type { Plan } from "../../plan/plan";
import { imagesOf, rendered, type RenderedObject } from "../../plan/helm";
import { releasesOf, type PlannedRelease } from "../../plan/releases";
import { tool } from "../../tools";
import { buildOnce } from "../../tools/build-once";
import { cacheFolder, exists } from "../../tools/cache";

/** Milliseconds that a repository may take to hand out one chart. */
const pullLimit = 60_000;

/** A release whose chart is on this machine: `chart` is its folder or its archive. */
export interface InstallableRelease extends PlannedRelease {
  /** Where the archive is from, with its checksum; absent for a chart of this project. */
  archive?: string;
  /** What the chart makes of the planned values. */
  objects: RenderedObject[];
}

/** What of a plan can be installed here. */
export interface Charts {
  /** Each after those that it depends on. */
  releases: InstallableRelease[];
  /** Releases that cannot be installed here, and why. */
  missing: { release: PlannedRelease; reason: string }[];
}

/**
 * Finds the charts of a plan's releases: this project's own, those that `CHARTS_FOLDER` holds as
 * `NAME-VERSION.tgz`, and the others by Helm from their repositories, kept in the tools' cache.
 *
 * @throws UsageError when a chart does not render, or an archive in `CHARTS_FOLDER` holds another.
 */
export async function chartsOf(plan: Plan): Promise<Charts> {
  const charts: Charts = { releases: [], missing: [] };
  const found = await Promise.all(releasesOf(plan).map((release) => find(release)));
  for (const result of found)
    if ("reason" in result) charts.missing.push(result);
    else charts.releases.push(result);
  return charts;
}

/** Whether a release's chart is in this project. */
export function isOwn({ repository }: PlannedRelease): boolean {
  return repository === undefined;
}

/** Whether a release runs anything, so that a new image changes it. */
export function runsPods({ objects }: InstallableRelease): boolean {
  return imagesOf(objects).length > 0;
}

/** Images of a release's Jobs that Helm runs before an upgrade. */
export function hookImages({ objects }: InstallableRelease): string[] {
  const hooks = objects.filter(
    ({ kind, metadata }) =>
      kind === "Job" && metadata.annotations?.["helm.sh/hook"]?.includes("pre-upgrade"),
  );
  return hooks.flatMap(imagesOf);
}

/** Custom resource definitions that releases bring, by name. */
export function definitionsIn(releases: InstallableRelease[]): string[] {
  return releases
    .flatMap(({ objects }) => objects)
    .filter(({ kind }) => kind === "CustomResourceDefinition")
    .map(({ metadata }) => metadata.name);
}

async function find(
  release: PlannedRelease,
): Promise<InstallableRelease | Charts["missing"][number]> {
  if (isOwn(release)) return { ...release, objects: await rendered(release) };
  const given = await inFolder(release);
  if (given) return from(release, given, "CHARTS_FOLDER");
  try {
    return await from(release, await pulled(release), release.repository!);
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    const nowhere = `its chart is neither in CHARTS_FOLDER nor to be had from ${release.repository}`;
    return { release, reason: `${nowhere} (${error.message})` };
  }
}

async function from(release: PlannedRelease, chart: string, place: string) {
  const digest = createHash("sha256")
    .update(await readFile(chart))
    .digest("hex");
  const archive = `${place}, sha256 ${digest.slice(0, 12)}…`;
  return { ...release, chart, archive, objects: await rendered({ ...release, chart }) };
}

async function inFolder({ chart, version }: PlannedRelease): Promise<string | undefined> {
  const folder = process.env.CHARTS_FOLDER;
  const name = path.basename(chart);
  const file = folder && path.resolve(folder, `${name}-${version}.tgz`);
  if (!file || !(await exists(file))) return undefined;
  const text = await output(await tool("helm"), ["show", "chart", file]);
  const holds = load(text) as { name: string; version: string };
  if (holds.name !== name || holds.version !== version)
    throw new UsageError(`CHARTS_FOLDER: ${file} holds ${holds.name} ${holds.version}`);
  return file;
}

/** The archive in the cache, by Helm's own hands the first time. @throws CommandFailed */
function pulled({ chart, version, repository }: PlannedRelease): Promise<string> {
  const key = createHash("sha256").update(`${repository} ${chart}`).digest("hex").slice(0, 16);
  const name = `${path.basename(chart)}-${version}`;
  const folder = path.join(cacheFolder(), `chart-${name}-${key}`);
  return buildOnce(
    folder,
    `${name}.tgz`,
    () => {},
    async (into) => {
      const place = chart.startsWith("oci://") ? [chart] : [chart, "--repo", repository!];
      // A user's own settings and credentials must not decide what is had.
      const home = path.join(into, "helm");
      await output(
        await tool("helm"),
        ["pull", ...place, "--version", version, "--destination", into],
        {
          env: { HELM_CACHE_HOME: home, HELM_CONFIG_HOME: home, HELM_DATA_HOME: home },
          timeout: pullLimit,
        },
      );
      await rm(home, { recursive: true, force: true });
    },
  );
}
