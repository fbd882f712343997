import * as pulumi from "@pulumi/pulumi";
import * as k8s from "@pulumi/kubernetes";

/** What differs from release to release. */
export interface ReleaseSpec {
  /** Release name; the resource is called `<component>-release` or `<component>-<role>`. */
  name: string;
  namespace: pulumi.Input<string>;
  /** A folder below the project's root, or `oci://…` in the stack's own registry: a recovery asks AWS alone. */
  chart: pulumi.Input<string>;
  version: string;
  /** Secrets and values unknown before creation only at the leaves, or the engine seals them all. */
  values: Record<string, unknown>;
  /** Pods × their worst start, seconds; atomic releases roll back after it. */
  timeoutSeconds: number;
}

/**
 * A Helm release the way all of the stack's are: pinned, atomic (a failed change leaves nothing
 * half installed), with ten revisions to go back to.
 */
export function release(
  resourceName: string,
  spec: ReleaseSpec,
  opts: pulumi.CustomResourceOptions,
): k8s.helm.v3.Release {
  return new k8s.helm.v3.Release(
    resourceName,
    {
      name: spec.name,
      namespace: spec.namespace,
      chart: spec.chart,
      version: spec.version,
      values: spec.values,
      atomic: true,
      cleanupOnFail: true,
      waitForJobs: true,
      skipAwait: false,
      createNamespace: false,
      maxHistory: 10,
      timeout: spec.timeoutSeconds,
    },
    opts,
  );
}
