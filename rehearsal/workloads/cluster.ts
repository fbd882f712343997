import type { Say } from "../drill";
import { ControlPlane } from "../control-plane/control-plane";
import { definitionsIn, type InstallableRelease } from "./charts";
import { Helm } from "./helm";
import { install } from "./installation";
import { imagesOfReleases } from "./images";
import type { Plan } from "../../plan/plan";
import { projectRoot } from "../../plan/helm";
import { objectsOf, zonesOf, type PlannedObject } from "../../plan/releases";
import type { Exemption } from "../../policies/model/settings";
import { readSettings } from "../../policies/pack/settings";
import { madeByJobs, missingReferences } from "./references";
import { claim, type Claim } from "../../lib/claim";
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
    const { plane, helm, objects, releases, signal, workloads } = this;
    const { kubeconfig } = plane;
    const installation = {
      kubeconfig,
      helm,
      objects,
      releases,
      signal,
      kind: "simulated" as const,
    };
    const claims = await install(installation, say);
    say("waiting for all replicas");
    await workloads.until(() => workloads.unsteady(), steadyLimit);
    return [...claims, await this.references()];
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
