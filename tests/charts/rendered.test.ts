import assert from "node:assert/strict";
import { loadAll } from "js-yaml";
import { readRendered, renderedHash } from "../../policies/releases/rendered";
import { ofType, plannedStack, root } from "../support/planned";

/* eslint-disable @typescript-eslint/no-explicit-any -- Kubernetes objects, read as a person would. */

/** What a release deploys, from the committed objects, by `Kind/name`. */
function objects(stack: string, release: string): Record<string, any> {
  const { yaml } = readRendered(root, stack, release)!;
  return Object.fromEntries(
    (loadAll(yaml) as any[])
      .filter(Boolean)
      .map((object) => [`${object.kind}/${object.metadata.name}`, object]),
  );
}

/** A Deployment's pod template and its first container. */
function pod(deployment: any): { spec: any; container: any } {
  const { spec } = deployment.spec.template;
  return { spec, container: spec.containers[0] };
}

describe("the committed objects", () => {
  for (const stack of ["prod", "staging"])
    it(`${stack}: belong to today's charts and values`, async () => {
      const releases = ofType(await plannedStack(stack), "kubernetes:helm.sh/v3:Release");
      const local = releases.filter(({ inputs }) => String(inputs.chart).startsWith("./"));
      assert.equal(local.length, 6);
      for (const { inputs } of local) {
        const name = String(inputs.name);
        const committed = readRendered(root, stack, name);
        assert.ok(committed, `${name}: run npm run render`);
        const { hash, ignored } = committed;
        const values = inputs.values as Record<string, unknown>;
        const now = renderedHash(root, {
          chart: String(inputs.chart),
          release: name,
          namespace: String(inputs.namespace),
          values,
          ignored,
        });
        assert.equal(hash, now, `${name}: run npm run render`);
      }
    });
});

describe("the chart mini-xdr", () => {
  const all = objects("prod", "mini-xdr");
  const backend = all["Deployment/mini-xdr-backend"] ?? all["Deployment/backend"];

  it("has an autoscaler from 3 replicas up, and then no replicas in the Deployment", () => {
    for (const deployment of of(all, "Deployment")) {
      assert.ok(!("replicas" in deployment.spec), deployment.metadata.name);
      const autoscaler = of(all, "HorizontalPodAutoscaler").find(
        (a) => a.spec.scaleTargetRef.name === deployment.metadata.name,
      );
      assert.ok(autoscaler.spec.minReplicas >= 3);
    }
  });

  it("replaces pods one by one, none before its successor serves", () => {
    for (const deployment of of(all, "Deployment"))
      assert.deepEqual(deployment.spec.strategy, {
        type: "RollingUpdate",
        rollingUpdate: { maxSurge: 1, maxUnavailable: 0 },
      });
  });

  it("spreads over hosts and over zones, and lets a dead zone go", () => {
    for (const deployment of of(all, "Deployment")) {
      const { spec } = pod(deployment);
      const [host] = spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution;
      assert.equal(host.topologyKey, "kubernetes.io/hostname");
      const [zone] = spec.topologySpreadConstraints;
      assert.equal(zone.topologyKey, "topology.kubernetes.io/zone");
      assert.equal(zone.whenUnsatisfiable, "DoNotSchedule");
      assert.equal(zone.maxSkew, 1);
      assert.equal(zone.nodeTaintsPolicy, "Honor");
      assert.ok(!("minDomains" in zone));
      const seconds = spec.tolerations.map((t: any) => [t.key, t.tolerationSeconds]);
      assert.deepEqual(seconds, [
        ["node.kubernetes.io/unreachable", 30],
        ["node.kubernetes.io/not-ready", 30],
      ]);
    }
  });

  it("has a disruption budget that allows one eviction, also of a sick pod", () => {
    assert.equal(of(all, "PodDisruptionBudget").length, 2);
    for (const { spec } of of(all, "PodDisruptionBudget")) {
      assert.equal(spec.maxUnavailable, 1);
      assert.equal(spec.unhealthyPodEvictionPolicy, "AlwaysAllow");
    }
  });

  it("asks for the resources and probes of the contract", () => {
    const { container } = pod(backend);
    assert.equal(container.ports[0].containerPort, 8000);
    assert.deepEqual(container.resources, {
      requests: { memory: "512Mi", cpu: "250m" },
      limits: { memory: "2Gi", cpu: "1000m" },
    });
    const probe = (p: any) => [
      p.httpGet.path,
      p.initialDelaySeconds ?? 0,
      p.periodSeconds,
      p.timeoutSeconds,
      p.failureThreshold,
    ];
    assert.deepEqual(probe(container.readinessProbe), ["/health/serving", 10, 5, 3, 3]);
    assert.deepEqual(probe(container.livenessProbe), ["/health/live", 30, 10, 5, 3]);
    assert.deepEqual(probe(container.startupProbe), ["/health/startup", 0, 5, 3, 30]);
  });

  it("keeps serving while the load balancer lets go, and has time to end", async () => {
    const plan = await plannedStack("prod");
    const targets = plan.resources.find(({ name }) => name === "edge-backend-targets")!.inputs;
    const check = targets.healthCheck as { interval: number; unhealthyThreshold: number };
    for (const deployment of of(all, "Deployment")) {
      const { spec, container } = pod(deployment);
      const sleep = container.lifecycle.preStop.sleep.seconds;
      assert.ok(sleep >= 15);
      assert.ok(sleep > Number(targets.deregistrationDelay));
      assert.ok(spec.terminationGracePeriodSeconds >= Math.max(30, sleep + 15));
      const window = check.interval * check.unhealthyThreshold;
      assert.ok(deployment.spec.minReadySeconds >= window + 10);
    }
  });

  it("runs as nobody, on a root that cannot be written", () => {
    for (const deployment of of(all, "Deployment")) {
      const { spec, container } = pod(deployment);
      assert.equal(spec.securityContext.runAsNonRoot, true);
      assert.equal(container.securityContext.readOnlyRootFilesystem, true);
      assert.equal(container.securityContext.allowPrivilegeEscalation, false);
      assert.deepEqual(container.securityContext.capabilities.drop, ["ALL"]);
    }
  });

  it("has network policies, monitors and bindings to the edge's target groups", async () => {
    assert.ok(of(all, "NetworkPolicy").length >= 2);
    assert.equal(of(all, "ServiceMonitor").length, 2);
    const bindings = of(all, "TargetGroupBinding");
    assert.equal(bindings.length, 2);
    for (const { apiVersion, spec } of bindings) {
      assert.equal(apiVersion, "eks.amazonaws.com/v1");
      assert.equal(spec.targetType, "ip");
      assert.match(spec.targetGroupARN, /^arn:aws:elasticloadbalancing:.*:targetgroup\//);
    }
  });

  it("migrates by a hook that brings its own account and goes straight to the database", () => {
    const job = of(all, "Job")[0];
    assert.match(job.metadata.annotations["helm.sh/hook"], /pre-upgrade/);
    const { spec } = job.spec.template;
    const account = all[`ServiceAccount/${spec.serviceAccountName}`];
    assert.match(account.metadata.annotations["helm.sh/hook"], /pre-upgrade/);
    const host = spec.containers[0].env.find((e: any) => e.name === "DATABASE_HOST").value;
    assert.match(host, /rds\.amazonaws\.com$/);
  });

  it("never shows a password", () => {
    const { yaml } = readRendered(root, "prod", "mini-xdr")!;
    assert.doesNotMatch(yaml, /\[secret\]|password:/i);
  });
});

describe("the chart pgbouncer", () => {
  const all = objects("prod", "pgbouncer");
  const ini = of(all, "ConfigMap")[0].data["pgbouncer.ini"] as string;
  const setting = (name: string) =>
    new RegExp(`^${name}\\s*=\\s*(.*)$`, "m").exec(ini)?.[1]?.trim();

  it("has three replicas over zones and hosts, one eviction at a time", () => {
    const deployment = of(all, "Deployment")[0];
    assert.equal(deployment.spec.replicas, 3);
    const { spec } = pod(deployment);
    assert.equal(spec.topologySpreadConstraints[0].topologyKey, "topology.kubernetes.io/zone");
    assert.equal(of(all, "PodDisruptionBudget")[0].spec.maxUnavailable, 1);
  });

  it("pools transactions as the contract says", () => {
    const expected = {
      pool_mode: "transaction",
      max_client_conn: "2500",
      default_pool_size: "25",
      reserve_pool_size: "5",
      max_db_connections: "30",
      reserve_pool_timeout: "3",
      server_lifetime: "3600",
      server_idle_timeout: "600",
      auth_type: "scram-sha-256",
      server_tls_sslmode: "verify-full",
      client_tls_sslmode: "require",
    };
    for (const [name, value] of Object.entries(expected)) assert.equal(setting(name), value, name);
  });

  it("has a read-write pool on the writer and a read-only one on the replicas", () => {
    assert.match(ini, /^minixdr = .*host=mini-xdr-prod\.cluster-\w+\./m);
    assert.match(ini, /^minixdr_ro = .*host=mini-xdr-prod\.cluster-ro-\w+\./m);
  });

  it("adds at most 10 s to a failover, whatever happens", () => {
    const seconds = (name: string) => Number(setting(name));
    const deadSocket = Math.max(
      seconds("tcp_user_timeout") / 1000,
      seconds("tcp_keepidle") + seconds("tcp_keepintvl"),
    );
    const worst =
      deadSocket +
      seconds("server_connect_timeout") +
      seconds("server_login_retry") +
      Math.max(seconds("dns_max_ttl"), seconds("dns_nxdomain_ttl"));
    assert.ok(worst <= 10, `${worst} s`);
  });

  it("exports what happens in the pools", () => {
    const { spec } = pod(of(all, "Deployment")[0]);
    assert.ok(spec.containers.some((c: any) => c.name === "exporter"));
    assert.equal(of(all, "ServiceMonitor").length, 1);
  });
});

function of(all: Record<string, any>, kind: string): any[] {
  return Object.values(all).filter((object) => object.kind === kind);
}
