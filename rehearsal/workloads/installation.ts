import type { Say } from "../drill";
import { claim, type Claim } from "../../lib/claim";
import { CommandFailed, output } from "../../lib/processes";
import type { PlannedRelease } from "../../plan/releases";
import { tool } from "../../tools";
import type { Helm } from "./helm";

/** What is installed, and with which hands. */
export interface Installation {
  kubeconfig: string;
  helm: Helm;
  /** What the plan has beside its releases. */
  objects: { kind: string }[];
  /** Each after those that it depends on. */
  releases: PlannedRelease[];
  /** Whether the containers really run. */
  kind: "measured" | "simulated";
  signal?: AbortSignal;
}

/**
 * Applies a plan's objects and installs its releases, each as soon as those are there that it
 * depends on. One claim for each release.
 *
 * @throws CommandFailed when a release cannot be installed.
 */
export async function install(installation: Installation, say: Say): Promise<Claim[]> {
  const { objects, releases } = installation;
  say(`applying ${objects.length} objects of the plan`);
  for (const namespaces of [true, false]) {
    const some = objects.filter(({ kind }) => (kind === "Namespace") === namespaces);
    await apply(installation, some);
  }
  say(`installing ${releases.map(({ name }) => name).join(" and ")}`);
  const installed = new Map<PlannedRelease, Promise<Claim>>();
  for (const release of releases) {
    const first = releases.filter(({ name }) => release.after.includes(name));
    const ready = Promise.all(first.map((other) => installed.get(other)!));
    installed.set(
      release,
      ready.then(() => installRelease(installation, release)),
    );
  }
  return Promise.all(installed.values());
}

async function installRelease(
  { helm, kind }: Installation,
  release: PlannedRelease & { archive?: string },
): Promise<Claim> {
  const start = performance.now();
  const result = await helm.upgrade(release);
  if (result.code !== 0) throw new CommandFailed(`installing ${release.name}: helm`, result);
  const origin = release.archive ? ` (chart from ${release.archive})` : "";
  return claim({
    id: `install.${release.name}.seconds`,
    claim: `Helm installs ${release.name} with the planned values${origin}`,
    value: (performance.now() - start) / 1000,
    unit: "s",
    limit: release.timeout,
    kind,
  });
}

/** Applies objects as an administrator would. */
export async function apply(
  { kubeconfig, signal }: Pick<Installation, "kubeconfig" | "signal">,
  objects: object[],
): Promise<void> {
  if (objects.length === 0) return;
  const args = ["apply", "--server-side", "--kubeconfig", kubeconfig, "-f", "-"];
  const input = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
  await output(await tool("kubectl"), args, { input, signal });
}
