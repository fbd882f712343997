import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import * as k8s from "@pulumi/kubernetes";
import { release, type ReleaseSpec } from "./release";

/**
 * SHA-256 of what Secrets hold, for a release whose pods read them when they start: other contents
 * are other pods. No secret itself, as the contents are of 32 random characters and more.
 */
export function checksum(
  ...contents: Record<string, pulumi.Input<string>>[]
): pulumi.Output<string> {
  const hash = (all: unknown) => createHash("sha256").update(JSON.stringify(all)).digest("hex");
  return pulumi.unsecret(pulumi.output(contents).apply(hash));
}

/**
 * A component that runs on the cluster, in one namespace. All of its objects wait for what the
 * component waits for, so that they also go before it when a stack is destroyed.
 */
export abstract class Workload extends pulumi.ComponentResource {
  constructor(
    kind: string,
    protected readonly name: string,
    /** Literal: a namespace's own output is unknown while the cluster does not exist. */
    protected readonly namespace: string,
    args: pulumi.Inputs,
    private readonly opts: pulumi.ComponentResourceOptions,
  ) {
    super(`mini-xdr:index:${kind}`, name, args, opts);
  }

  protected secret(
    name: string,
    stringData: Record<string, pulumi.Input<string>>,
    after: pulumi.Resource[] = [],
  ): k8s.core.v1.Secret {
    return new k8s.core.v1.Secret(
      `${this.name}-secret-${name}`,
      {
        metadata: { name, namespace: this.namespace },
        // The API server drops an empty map, and the provider would replace the Secret at every up.
        ...(Object.keys(stringData).length > 0 ? { stringData } : {}),
      },
      after.length > 0 ? { ...this.child(), dependsOn: after } : this.child(),
    );
  }

  protected configMap(
    name: string,
    data: Record<string, pulumi.Input<string>>,
  ): k8s.core.v1.ConfigMap {
    return new k8s.core.v1.ConfigMap(
      `${this.name}-config-${name}`,
      { metadata: { name, namespace: this.namespace }, data },
      this.child(),
    );
  }

  /** A Helm release in this namespace, after the objects that its pods name. */
  protected release(
    resource: string,
    spec: Omit<ReleaseSpec, "namespace">,
    mounted: pulumi.Resource[] = [],
  ): k8s.helm.v3.Release {
    return release(
      `${this.name}-${resource}`,
      { ...spec, namespace: this.namespace },
      { ...this.child(), dependsOn: mounted.length > 0 ? mounted : this.opts.dependsOn },
    );
  }

  private child(): pulumi.CustomResourceOptions {
    return { parent: this, dependsOn: this.opts.dependsOn };
  }
}
