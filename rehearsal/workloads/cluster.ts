import type { Say } from "../drill";
import { tool } from "../../tools";
import { ControlPlane } from "../control-plane/control-plane";
import { definitionsIn, type InstallableRelease } from "./charts";
import { Helm } from "./helm";
import { imagesOfReleases } from "./images";
import type { Plan } from "../../plan/plan";
import { projectRoot } from "../../plan/helm";
import { objectsOf, zonesOf, type PlannedObject } from "../../plan/releases";
import type { Exemption } from "../../policies/model/settings";
import { readSettings } from "../../policies/pack/settings";
import { madeByJobs, missingReferences } from "./references";
import { claim, type Claim } from "../../lib/claim";
import { CommandFailed, output } from "../../lib/processes";
import { Workloads } from "./workloads";

/** Seconds in which every node has to be Ready. */
const bringUpLimit = 15;
/** Seconds in which the workloads have to be complete once Helm is content. */
const steadyLimit = 60;

/** A control plane with a plan's releases on it. */
export class Cluster {
  plane!: ControlPlane;
  workloads!: Workloads;
  helm!: Helm;
  private readonly objects: PlannedObject[];
  private readonly exemptions: Exemption[];

  private constructor(
    readonly plan: Plan,
    /** Releases that are installed, each after those that it depends on. */
    readonly releases: InstallableRelease[],
    private readonly signal: AbortSignal,
  ) {
    this.exemptions = readSettings(projectRoot, plan.stack).exemptions;
    this.objects = objectsOf(plan);
  }

  /**
   * Brings up a control plane and installs a plan's objects and these of its releases. The claims say how that went; on
   * failure nothing is left running.
   */
  static async start(plan: Plan, releases: InstallableRelease[], signal: AbortSignal, say: Say) {
    const cluster = new Cluster(plan, releases, signal);
    try {
      return { cluster, claims: await cluster.bringUp(say) };
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  /** Wipes control plane and storage, and brings all of it up again from the plan. */
  async rebuild(say: Say): Promise<Claim[]> {
    await this.stop();
    return this.bringUp(say);
  }

  async stop(): Promise<void> {
    this.workloads?.end();
    await this.plane?.stop();
  }

  private async bringUp(say: Say): Promise<Claim[]> {
    const zones = zonesOf(this.plan);
    say("starting the control plane");
    const { releases, signal } = this;
    const images = imagesOfReleases(releases);
    const brought = definitionsIn(releases);
    this.plane = await ControlPlane.start({ zones, images, brought, signal });
    this.helm = new Helm(this.plane.kubeconfig, this.plane.folder, this.signal);
    this.workloads = await Workloads.follow(this.plane.api, this.exemptions);
    const { workloads } = this;
    this.plane.failure.catch((error: Error) => workloads.end(error));
    return [
      claim({
        id: "bring-up.seconds",
        claim: "The control plane is up and its six nodes are Ready",
        value: this.plane.seconds,
        unit: "s",
        limit: bringUpLimit,
      }),
      ...(await this.install(say)),
    ];
  }

  private async install(say: Say): Promise<Claim[]> {
    const { objects } = this;
    say(`applying ${objects.length} objects of the plan`);
    for (const namespaces of [true, false])
      await this.apply(objects.filter(({ kind }) => (kind === "Namespace") === namespaces));
    say(`installing ${this.releases.map(({ name }) => name).join(" and ")}`);
    const installed = new Map<InstallableRelease, Promise<Claim>>();
    for (const release of this.releases) {
      const first = this.releases.filter(({ name }) => release.after.includes(name));
      const ready = Promise.all(first.map((other) => installed.get(other)!));
      installed.set(
        release,
        ready.then(() => this.installRelease(release)),
      );
    }
    const claims = await Promise.all(installed.values());
    say("waiting for all replicas");
    await this.workloads.until(() => this.workloads.unsteady(), steadyLimit);
    return [...claims, await this.references()];
  }

  private async installRelease(release: InstallableRelease): Promise<Claim> {
    const start = performance.now();
    const result = await this.helm.upgrade(release);
    if (result.code !== 0) throw new CommandFailed(`installing ${release.name}: helm`, result);
    return claim({
      id: `install.${release.name}.seconds`,
      claim: `Helm installs ${release.name} with the planned values${release.archive ? ` (chart from ${release.archive})` : ""}`,
      value: (performance.now() - start) / 1000,
      unit: "s",
      limit: release.timeout,
      kind: "simulated",
    });
  }

  private async apply(objects: object[]): Promise<void> {
    if (objects.length === 0) return;
    const args = ["apply", "--server-side", "--kubeconfig", this.plane.kubeconfig, "-f", "-"];
    const input = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
    await output(await tool("kubectl"), args, { input, signal: this.signal });
  }

  private async references(): Promise<Claim> {
    const { seen } = this.workloads;
    const absent = await missingReferences(this.plane.api, seen);
    const simulated = absent.filter((reference) => madeByJobs(seen).includes(reference));
    const missing = absent.filter((reference) => !simulated.includes(reference));
    const but = simulated.map((reference) => `; ${reference}: its Job is simulated`).join("");
    const text = `Every Secret, ConfigMap, key, service account and StorageClass of a pod exists${but}`;
    return claim({
      id: "install.references.missing",
      claim: missing.length === 0 ? text : `${text}; missing: ${missing.join(", ")}`,
      value: missing.length,
      unit: "references",
      limit: 0,
    });
  }
}
