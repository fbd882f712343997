import { createHash } from "node:crypto";
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
import { digestOf, fetchArchive } from "../../mirror/archive";
import { chartOf, charts as pins, type ChartName, type ChartPin } from "../../upstream/upstream";

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
 * `NAME-VERSION.tgz`, and the others from their publishers, as pinned, kept in the tools' cache.
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
  const [name, pin] = pinOf(release);
  const given = await inFolder(name, release);
  if (given) return from(release, given, "CHARTS_FOLDER");
  try {
    return await from(release, await pulled(name, pin), pin.repository);
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    const nowhere = `its chart is neither in CHARTS_FOLDER nor to be had from ${pin.repository}`;
    return { release, reason: `${nowhere} (${error.message})` };
  }
}

/** Where the stack's registry has a chart from: nothing here has its login. @throws UsageError */
function pinOf({ name: release, chart }: PlannedRelease): [name: string, pin: ChartPin] {
  const name = chartOf(chart) ?? "";
  const pin = Object.hasOwn(pins, name) ? pins[name as ChartName] : undefined;
  if (!pin) throw new UsageError(`release ${release}: upstream/pins.json has no chart ${chart}`);
  return [name, pin];
}

async function from(release: PlannedRelease, chart: string, place: string) {
  const archive = `${place}, ${(await digestOf(chart)).slice(0, 19)}…`;
  return { ...release, chart, archive, objects: await rendered({ ...release, chart }) };
}

async function inFolder(name: string, { version }: PlannedRelease): Promise<string | undefined> {
  const folder = process.env.CHARTS_FOLDER;
  const file = folder && path.resolve(folder, `${name}-${version}.tgz`);
  if (!file || !(await exists(file))) return undefined;
  const text = await output(await tool("helm"), ["show", "chart", file]);
  const holds = load(text) as { name: string; version: string };
  if (holds.name !== name || holds.version !== version)
    throw new UsageError(`CHARTS_FOLDER: ${file} holds ${holds.name} ${holds.version}`);
  return file;
}

/** The publishers' archive in the cache, fetched the first time. @throws CommandFailed */
function pulled(name: string, pin: ChartPin): Promise<string> {
  const key = createHash("sha256").update(`${pin.repository} ${pin.archive}`).digest("hex");
  const folder = path.join(cacheFolder(), `chart-${name}-${pin.version}-${key.slice(0, 16)}`);
  return buildOnce(
    folder,
    `${name}-${pin.version}.tgz`,
    () => {},
    async (into) => {
      await fetchArchive(name, pin, into);
    },
  );
}
