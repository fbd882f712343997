import { SimulatedNodes } from "../control-plane/simulated-nodes";
import type { Plan } from "../../plan/plan";
import { zonesOf, type PlannedObject } from "../../plan/releases";
import type { InstallableRelease } from "./charts";
import { imagesOfReleases } from "./images";
import type { Site } from "./site";

/** Simulated nodes, and nothing outside of them. */
export class SimulatedSite implements Site {
  readonly kind = "simulated";

  constructor(
    private readonly plan: Plan,
    private readonly releases: InstallableRelease[],
  ) {}

  nodes(): SimulatedNodes {
    return new SimulatedNodes(zonesOf(this.plan), imagesOfReleases(this.releases));
  }

  objects(planned: PlannedObject[]): PlannedObject[] {
    return planned;
  }

  environments(): object[] {
    return [];
  }
}
