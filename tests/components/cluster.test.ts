import assert from "node:assert/strict";
import { named, ofType, only, plannedStack } from "../support/planned";
import { chartNames, chartPath, imageNames } from "../../upstream/upstream";

describe("the cluster", () => {
  it("runs in Auto Mode over three zones, with access entries, secrets under an own key, all logs", async () => {
    const { inputs, propertyDependencies } = only(await plannedStack("prod"), "eks:index:Cluster");
    assert.equal((inputs.autoMode as { enabled: boolean }).enabled, true);
    assert.equal((inputs.privateSubnetIds as string[]).length, 3);
    assert.equal(inputs.authenticationMode, "API");
    assert.match(propertyDependencies.encryptionConfigKeyArn![0]!, /::keys-cluster$/);
    assert.deepEqual([...(inputs.enabledClusterLogTypes as string[])].sort(), [
      "api",
      "audit",
      "authenticator",
      "controllerManager",
      "scheduler",
    ]);
    assert.equal(inputs.endpointPrivateAccess, true);
    assert.deepEqual(inputs.publicAccessCidrs, ["203.0.113.0/24"]);
    assert.equal(inputs.deletionProtection, true);
  });

  it("lets in the roles of the configuration, and nobody for having created it", async () => {
    const plan = await plannedStack("prod");
    const { inputs } = only(plan, "aws:eks/cluster:Cluster");
    assert.deepEqual(inputs.accessConfig, {
      authenticationMode: "API",
      bootstrapClusterCreatorAdminPermissions: false,
    });
    const policies = ofType(plan, "aws:eks/accessPolicyAssociation:AccessPolicyAssociation");
    assert.deepEqual(policies.map((policy) => policy.inputs.principalArn).sort(), [
      "arn:aws:iam::111122223333:role/mini-xdr-admin",
      "arn:aws:iam::111122223333:role/mini-xdr-deploy",
    ]);
  });

  it("has private subnets alone, and no add-on of what Auto Mode brings", async () => {
    const plan = await plannedStack("prod");
    const { inputs } = only(plan, "eks:index:Cluster");
    assert.equal(inputs.publicSubnetIds, undefined);
    const made = only(plan, "aws:eks/cluster:Cluster").inputs.vpcConfig as { subnetIds: string[] };
    assert.deepEqual(made.subnetIds, inputs.privateSubnetIds);
    const addons = ofType(plan, "aws:eks/addon:Addon").map(({ inputs }) => inputs.addonName);
    assert.deepEqual(addons, ["amazon-cloudwatch-observability"]);
  });

  it("tags nodes and volumes as the configuration tags everything else", async () => {
    const plan = await plannedStack("prod");
    const { spec } = only(plan, "kubernetes:eks.amazonaws.com/v1:NodeClass").inputs;
    assert.deepEqual((spec as { tags: object }).tags, { project: "mini-xdr", stack: "prod" });
    const { parameters } = only(plan, "kubernetes:storage.k8s.io/v1:StorageClass").inputs;
    const { tagSpecification_1, tagSpecification_2 } = parameters as Record<string, string>;
    assert.deepEqual([tagSpecification_1, tagSpecification_2], ["project=mini-xdr", "stack=prod"]);
  });

  it("is known to its provider by something that changes with a rebuild alone", async () => {
    const provider = only(await plannedStack("prod"), "pulumi:providers:kubernetes");
    assert.equal(provider.inputs.clusterIdentifier, "2026-01-01T00:00:00Z");
  });

  it("lets the load balancer in and itself to database and cache, by rules of its own side", async () => {
    const plan = await plannedStack("prod");
    const rules = plan.resources.filter(
      ({ type, name }) => type.startsWith("aws:vpc/securityGroup") && name.startsWith("traffic-"),
    );
    assert.deepEqual(
      rules
        .map(({ inputs, type }) => `${type.includes("Ingress") ? "in" : "out"} ${inputs.fromPort}`)
        .sort(),
      ["in 5432", "in 6379", "in 8000", "in 8080", "out 8000", "out 8080"],
    );
    for (const { inputs } of rules) assert.ok(!("cidrIpv4" in inputs));
  });

  it("brings what Auto Mode does not: storage, network policies, nodes, metrics", async () => {
    const plan = await plannedStack("prod");
    const storage = only(plan, "kubernetes:storage.k8s.io/v1:StorageClass").inputs;
    assert.equal(storage.provisioner, "ebs.csi.eks.amazonaws.com");
    assert.equal((storage.parameters as { encrypted: string }).encrypted, "true");
    assert.equal(storage.volumeBindingMode, "WaitForFirstConsumer");
    const policies = named(plan, "platform-network-policies").inputs;
    assert.deepEqual(policies.data, { "enable-network-policy-controller": "true" });
    const pool = only(plan, "kubernetes:karpenter.sh/v1:NodePool").inputs;
    assert.match(JSON.stringify(pool), /"budgets":\[\{"nodes":"1"\}\]/);
    assert.equal(named(plan, "platform-metrics-server").inputs.version, "3.13.0");
  });

  it("gives pods rights in AWS by Pod Identity, which survives a rebuild", async () => {
    const plan = await plannedStack("prod");
    for (const [identity, namespace, account] of [
      ["container-logs-identity", "amazon-cloudwatch", "cloudwatch-agent"],
      ["edge-metrics-identity", "monitoring", "edge-metrics"],
    ] as const) {
      const role = JSON.stringify(named(plan, `${identity}-role`).inputs.assumeRolePolicy);
      assert.match(role, /"pods.eks.amazonaws.com"/);
      const { inputs } = named(plan, `${identity}-association`);
      assert.deepEqual([inputs.namespace, inputs.serviceAccount], [namespace, account]);
    }
  });

  it("gives each of the backup's identities to its one service account", async () => {
    const plan = await plannedStack("prod");
    for (const identity of ["dump", "state", "verify", "prune", "exporter", "restore"]) {
      const account = `database-backup-${identity}`;
      const role = named(plan, `backup-identities-${identity}-role`);
      assert.deepEqual(
        JSON.parse(JSON.stringify(role.inputs.assumeRolePolicy)).Statement[0].Condition
          .StringEquals,
        {
          "aws:RequestTag/kubernetes-namespace": "database",
          "aws:RequestTag/kubernetes-service-account": account,
        },
      );
      const { inputs, propertyDependencies } = named(plan, `backup-pods-${identity}`);
      assert.deepEqual([inputs.namespace, inputs.serviceAccount], ["database", account]);
      assert.deepEqual(propertyDependencies.roleArn, [role.urn]);
    }
  });

  it("sends containers' logs into encrypted groups of its own, and into nothing else", async () => {
    const plan = await plannedStack("prod");
    const groups = ofType(plan, "aws:cloudwatch/logGroup:LogGroup")
      .map(({ inputs }) => inputs)
      .filter(({ name }) => String(name).startsWith("/aws/containerinsights/mini-xdr-prod/"));
    assert.deepEqual(groups.map(({ name }) => String(name).split("/").at(-1)).sort(), [
      "application",
      "dataplane",
      "host",
      "performance",
    ]);
    for (const { retentionInDays, kmsKeyId } of groups) {
      assert.equal(retentionInDays, 30);
      assert.equal(typeof kmsKeyId, "string");
    }
    const { policy } = named(plan, "container-logs-identity-policy").inputs;
    const text = typeof policy === "string" ? policy : JSON.stringify(policy);
    for (const [, arn] of text.matchAll(/"(arn:[^"]+)"/g))
      assert.match(arn!, /log-group:\/aws\/containerinsights\/mini-xdr-prod\/\w+(:\*)?$/);
    assert.doesNotMatch(text, /CreateLogGroup|"\*"/);
    // Their key admits CloudWatch Logs for them alone.
    const key = JSON.stringify(named(plan, "keys-cluster").inputs.policy);
    assert.match(key, /logs\.eu-central-1\.amazonaws\.com/);
    for (const { name } of groups)
      assert.ok(key.includes(`log-group:${String(name)}`), String(name));
    // Nothing waits for them.
    const addon = only(plan, "aws:eks/addon:Addon").urn;
    for (const { name, dependencies } of plan.resources)
      assert.ok(!dependencies.includes(addon), name);
  });

  it("lets the exporter of the edge's figures read figures, and nothing else", async () => {
    const { policy } = named(await plannedStack("prod"), "edge-metrics-identity-policy").inputs;
    const text = typeof policy === "string" ? policy : JSON.stringify(policy);
    assert.deepEqual(text.match(/\w+:\w+(?=")/g), [
      "cloudwatch:GetMetricData",
      "cloudwatch:ListMetrics",
    ]);
  });

  it("takes its images from repositories with fixed tags, scanned and replicated", async () => {
    const plan = await plannedStack("prod");
    const repositories = ofType(plan, "aws:ecr/repository:Repository");
    const copies = repositories.filter(({ inputs }) => inputs.region === "eu-west-1");
    assert.deepEqual([repositories.length, copies.length], [40, 20]);
    for (const { inputs } of repositories) {
      assert.equal(inputs.imageTagMutability, "IMMUTABLE");
      assert.deepEqual(inputs.imageScanningConfiguration, { scanOnPush: true });
    }
    only(plan, "aws:ecr/replicationConfiguration:ReplicationConfiguration");
  });

  it("has a repository for every chart and image of others, each with a lifecycle", async () => {
    const plan = await plannedStack("prod");
    const repositories = ofType(plan, "aws:ecr/repository:Repository");
    const made = repositories
      .filter(({ inputs }) => !inputs.region)
      .map(({ inputs }) => inputs.name);
    const wanted = [
      ...imageNames,
      ...chartNames.map(chartPath),
      "backend",
      "backup",
      "frontend",
      "pooler",
    ];
    assert.deepEqual(made.sort(), wanted.map((name) => `mini-xdr/${name}`).sort());
    const lifecycles = ofType(plan, "aws:ecr/lifecyclePolicy:LifecyclePolicy");
    assert.equal(lifecycles.length, repositories.length);
  });
});

describe("the releases", () => {
  for (const stack of ["prod", "staging"])
    it(`${stack}: are pinned, atomic, bounded, and have time for every pod`, async () => {
      const releases = ofType(await plannedStack(stack), "kubernetes:helm.sh/v3:Release");
      assert.deepEqual(releases.map(({ inputs }) => inputs.name).sort(), [
        "database-backup",
        "database-bootstrap",
        "edge-metrics",
        "kube-prometheus-stack",
        "metrics-server",
        "mini-xdr",
        "observability",
        "pgbouncer",
        "prometheus-operator-crds",
      ]);
      for (const { inputs, name } of releases) {
        assert.match(String(inputs.version), /^\d+\.\d+\.\d+$/, name);
        // A recovery asks nobody but AWS for a chart.
        assert.match(String(inputs.chart), /^(\.\/charts\/|oci:\/\/\d{12}\.dkr\.ecr\.)/, name);
        assert.equal(inputs.repositoryOpts, undefined, name);
        assert.equal(inputs.atomic, true);
        assert.equal(inputs.cleanupOnFail, true);
        assert.ok(Number(inputs.maxHistory) > 0 && Number(inputs.maxHistory) <= 20);
        assert.ok(Number(inputs.timeout) >= 300);
      }
    });

  it("the application waits for no monitoring, only for its definitions", async () => {
    const plan = await plannedStack("prod");
    const { dependencies } = named(plan, "application-release");
    const all = dependencies.concat(
      ...dependencies.map((urn) => plan.resources.find((r) => r.urn === urn)?.dependencies ?? []),
    );
    assert.ok(!all.some((urn) => urn.endsWith("::observability-release")));
    assert.ok(all.some((urn) => urn.endsWith("::observability-definitions")));
  });

  it("the application knows PgBouncer's address alone; migrations go straight to the writer", async () => {
    const plan = await plannedStack("prod");
    const values = named(plan, "application-release").inputs.values as Record<
      string,
      { host: string; port: number }
    >;
    assert.equal(values.database!.host, "pgbouncer.database.svc.cluster.local");
    assert.equal(values.database!.port, 6432);
    assert.match(values.migrations!.host, /^mini-xdr-prod\.cluster-/);
    const addresses = JSON.stringify({ ...values, migrations: undefined });
    assert.doesNotMatch(addresses, /rds\.amazonaws\.com/);
  });

  it("monitoring survives a zone and picks up every release's monitors", async () => {
    const plan = await plannedStack("prod");
    const values = named(plan, "observability-release").inputs.values as {
      prometheus: { prometheusSpec: Record<string, unknown> };
      alertmanager: { alertmanagerSpec: Record<string, unknown> };
    };
    const { prometheusSpec } = values.prometheus;
    assert.equal(prometheusSpec.replicas, 3);
    assert.equal(values.alertmanager.alertmanagerSpec.replicas, 3);
    assert.equal(prometheusSpec.podAntiAffinity, "hard");
    assert.equal(prometheusSpec.retentionSize, "85GiB");
    for (const kind of ["rule", "serviceMonitor", "podMonitor", "probe", "scrapeConfig"])
      assert.equal(prometheusSpec[`${kind}SelectorNilUsesHelmValues`], false);
  });
});
