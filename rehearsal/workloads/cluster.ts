import type { Say } from "../drill";
import { ControlPlane } from "../control-plane/control-plane";
import { definitionsIn, type InstallableRelease } from "./charts";
import { Helm } from "./helm";
import { apply, install } from "./installation";
import type { Plan } from "../../plan/plan";
import { projectRoot } from "../../plan/helm";
import { objectsOf } from "../../plan/releases";
import type { Exemption } from "../../policies/model/settings";
import { readSettings } from "../../policies/pack/settings";
import { madeByJobs, missingReferences } from "./references";
import type { Site } from "./site";
import { claim, type Claim } from "../../lib/claim";
import { Workloads } from "./workloads";

/** Seconds in which the workloads have to be complete once Helm is content. */
const steadyLimit = 60;

/** A control plane with a plan's releases on it. */
export class Cluster {
  plane!: ControlPlane;
  workloads!: Workloads;
  helm!: Helm;
  private readonly exemptions: Exemption[];

  private constructor(
    readonly site: Site,
    readonly plan: Plan,
    /** Releases that are installed, each after those that it depends on. */
    readonly releases: InstallableRelease[],
    private readonly signal: AbortSignal,
  ) {
    this.exemptions = readSettings(projectRoot, plan.stack).exemptions;
  }

  /**
   * Brings up a control plane and installs a plan's objects and these of its releases. The claims say how that went; on
   * failure nothing is left running.
   */
  static async start(
    site: Site,
    plan: Plan,
    releases: InstallableRelease[],
    signal: AbortSignal,
    say: Say,
  ) {
    const cluster = new Cluster(site, plan, releases, signal);
    try {
      return { cluster, claims: await cluster.bringUp(say) };
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  /** Whether containers run: the kind of every claim that depends on it. */
  get kind(): Site["kind"] {
    return this.site.kind;
  }

  /** For a claim's text: what of it is simulated, in brackets, where it is. */
  caveat(text: string): string {
    return this.kind === "simulated" ? ` (${text})` : "";
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
    say("starting the control plane");
    const { releases, signal, site } = this;
    const nodes = site.nodes();
    const brought = definitionsIn(releases);
    this.plane = await ControlPlane.start({ nodes, brought, parent: site.folder, signal });
    this.helm = new Helm(this.plane.kubeconfig, this.plane.folder, this.signal);
    this.workloads = await Workloads.follow(this.plane.api, this.exemptions);
    const { workloads } = this;
    this.plane.failure.catch((error: Error) => workloads.end(error));
    return [
      claim({
        id: "bring-up.seconds",
        claim: `The control plane is up and its ${nodes.objects().length} nodes are Ready`,
        value: this.plane.readySeconds,
        unit: "s",
        limit: nodes.readyLimit,
      }),
      ...(await this.install(say)),
    ];
  }

  private async install(say: Say): Promise<Claim[]> {
    const { plane, helm, releases, signal, workloads, site, kind } = this;
    const { kubeconfig } = plane;
    await apply({ kubeconfig, signal }, site.environments());
    const objects = site.objects(objectsOf(this.plan));
    const claims = await install({ kubeconfig, helm, objects, releases, signal, kind }, say);
    say("waiting for all replicas");
    await workloads.until(() => workloads.unsteady(), steadyLimit);
    return [...claims, await this.references()];
  }

  private async references(): Promise<Claim> {
    const { seen } = this.workloads;
    const absent = await missingReferences(this.plane.api, seen);
    const made = this.kind === "simulated" ? madeByJobs(seen) : [];
    const simulated = absent.filter((reference) => made.includes(reference));
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
