import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { judgeResources } from "../../../policies/pack/judge";
import { unknown, type Resource } from "../../../policies/model/resource";
import { groups } from "../../../policies/model/rule";
import type { Settings } from "../../../policies/model/settings";
import { rules } from "../../../policies/rules";
import { root } from "../../support/planned";
import { cases, engineCluster, experiment, optionCases } from "./cases";
import { changes } from "./changes";
import { broken, changing, judgedStack, setting, type Judged } from "../support";

describe("the rules of the policy pack", function () {
  this.timeout(60_000);
  const stacks: Record<string, Judged> = {};

  before(async () => {
    for (const stack of ["prod", "staging"]) stacks[stack] = await judgedStack(stack);
  });

  it("are one per file, named like it, in the folder of what they protect", () => {
    const files = groups.flatMap((group) =>
      readdirSync(join(root, "policies", "rules", group)).map((file) => `${group}/${file}`),
    );
    const named = rules.map(({ group, name }) => `${group}/${name}.ts`);
    assert.deepEqual(named.sort(), files.sort());
  });

  it("are all tested", () => {
    const tested = [cases, optionCases, changes, { rollout: true, alone: true }].flatMap(
      Object.keys,
    );
    assert.deepEqual(rules.map(({ name }) => name).sort(), tested.sort());
  });

  for (const stack of ["prod", "staging"])
    it(`pass the plan of ${stack}, without a mandatory violation`, () => {
      const { resources, settings } = stacks[stack]!;
      const found = judgeResources(resources, settings);
      assert.deepEqual(
        found.filter(({ enforcementLevel }) => enforcementLevel === "mandatory"),
        [],
      );
    });

  for (const [rule, { stack, resource, path, bad, open }] of Object.entries(cases)) {
    it(`${rule}: ${path} must not be ${JSON.stringify(bad)}, absent${open ? "" : " or unknown"}`, () => {
      const judged = stacks[stack]!;
      assert.deepEqual(broken(judged, judged.resources, rule), [], "as planned");
      const violates = (value: unknown) =>
        broken(judged, changing(judged, resource, setting(path, value)), rule).length > 0;
      // A configuration file that is absent is judged where a database needs it.
      const needed = !path.startsWith("data/") || rule === "failover-budget";
      assert.ok(violates(bad), "with the bad value");
      if (needed) assert.ok(violates(undefined), "absent");
      if (needed) assert.equal(violates(unknown), !open, "unknown");
    });
  }

  for (const [rule, change] of Object.entries(optionCases))
    it(`${rule}: the option must not be otherwise`, () => {
      const judged = stacks.prod!;
      const changed = changing(judged, ["aws:rds/cluster:Cluster", ""], (resource) =>
        change(resource, judged.resources),
      );
      assert.deepEqual(broken(judged, judged.resources, rule), []);
      assert.notDeepEqual(broken(judged, changed, rule), []);
    });

  for (const [rule, { resource, change }] of Object.entries(changes))
    it(`${rule}: objects to a change of ${resource[1] || resource[0]}`, () => {
      const judged = stacks.prod!;
      assert.deepEqual(broken(judged, judged.resources, rule), [], "as planned");
      const found = broken(judged, changing(judged, resource, change), rule);
      assert.notDeepEqual(found, []);
      assert.ok(found.every(({ enforcementLevel }) => enforcementLevel === "mandatory"));
    });

  it("rollout: pods must not be bare", () => {
    const judged = stacks.prod!;
    for (const type of ["core/v1:Pod", "core/v1:ReplicationController", "apps/v1:ReplicaSet"]) {
      const pod = { ...experiment, type: `kubernetes:${type}` };
      assert.equal(broken(judged, [...judged.resources, pod], "rollout").length, 1, type);
    }
  });

  it("alone: leave is for a stack in a lost one's place, without copies, until a day", () => {
    const { resources, settings } = stacks.prod!;
    const judged = (changed: Partial<Settings>, left = resources) =>
      broken({ resources, settings: { ...settings, ...changed } }, left, "alone").map(
        ({ message }) => message.split(":")[0],
      );
    const alone = { until: settings.today, reason: "the other Region is lost" };
    const copies = /replicationConfiguration:|bucketReplicationConfig:/;
    const without = resources.filter(({ type }) => !copies.test(type));
    assert.deepEqual(judged({}), []);
    assert.deepEqual(judged({ alone, recoveryOf: "prod" }, without), []);
    assert.deepEqual(judged({ alone }, without), ["prod takes no lost stack's place"]);
    assert.deepEqual(
      judged({ alone: { ...alone, until: "2026-01-01" }, recoveryOf: "x" }, without),
      ["its leave has ended on 2026-01-01"],
    );
    assert.deepEqual(judged({ alone, recoveryOf: "x" }), ["it has copies"]);
  });

  it("release-readable: a component that hides its objects must be a Release", () => {
    const judged = stacks.prod!;
    const chart = { ...experiment, type: "kubernetes:helm.sh/v4:Chart" };
    assert.equal(broken(judged, [...judged.resources, chart], "release-readable").length, 1);
  });

  describe("the cluster that the engine sends instead of its component", () => {
    let judged: Judged, component: Resource, cluster: Resource;
    before(() => {
      judged = stacks.prod!;
      component = judged.resources.find(({ type }) => type === "eks:index:Cluster")!;
      cluster = engineCluster(component);
    });
    const beside = (changed: Resource) =>
      judgeResources([...judged.resources, changed], judged.settings).map(({ policy }) => policy);

    it("is as good as its component", () => assert.deepEqual(beside(cluster), []));

    for (const [path, rule] of Object.entries({
      "accessConfig/authenticationMode": "cluster-authentication",
      "accessConfig/bootstrapClusterCreatorAdminPermissions": "cluster-creator",
      deletionProtection: "cluster-deletion-protection",
      "vpcConfig/endpointPrivateAccess": "cluster-endpoint",
      "vpcConfig/publicAccessCidrs": "cluster-endpoint",
      enabledClusterLogTypes: "cluster-logs",
      "computeConfig/enabled": "cluster-nodes",
      "computeConfig/nodePools": "cluster-nodes",
      "encryptionConfig/resources": "cluster-secrets-encryption",
      version: "cluster-version",
    }))
      it(`${rule}: ${path} is judged`, () => {
        assert.deepEqual(beside(setting(path, undefined)(cluster)), [rule]);
        // What the component derives itself, only the first preview does not know.
        const derived = path.startsWith("computeConfig");
        assert.deepEqual(beside(setting(path, unknown)(cluster)), derived ? [] : [rule]);
      });

    it("cluster-zones: counts its private subnets alone", () => {
      const vpcConfig = component.propertyDependencies.privateSubnetIds!.slice(1);
      assert.deepEqual(beside({ ...cluster, propertyDependencies: { vpcConfig } }), [
        "cluster-zones",
      ]);
    });

    it("node-subnets: none of its subnets is public", () => {
      const isPublic = ({ name }: Resource) => name.startsWith("network-public-");
      const { privateSubnetIds } = component.propertyDependencies;
      const open = judged.resources.filter(isPublic).map(({ urn }) => urn);
      const vpcConfig = [...privateSubnetIds!, ...open];
      const found = beside({ ...cluster, propertyDependencies: { vpcConfig } });
      assert.deepEqual(new Set(found), new Set(["node-subnets"]));
    });

    it("private-egress, nat-per-zone: its private subnets have routes to gateways", () => {
      const without = judged.resources.filter(({ name }) => !/^network-nat-eu-/.test(name));
      const found = judgeResources([...without, cluster], judged.settings);
      const rules = found.filter(({ urn }) => urn === cluster.urn).map(({ policy }) => policy);
      assert.deepEqual(new Set(rules), new Set(["private-egress", "nat-per-zone"]));
    });

    it("is the same as its component, of which the engine tells nothing, to what names both", () => {
      const made = { ...cluster, ofPlugin: true, parent: component.urn };
      const naming = (urns: string[]) =>
        urns.includes(component.urn) ? [made.urn, ...urns] : urns;
      const resources = judged.resources.map((resource) => ({
        ...resource,
        properties: resource === component ? {} : resource.properties,
        propertyDependencies: Object.fromEntries(
          Object.entries(resource.propertyDependencies).map(([key, urns]) => [key, naming(urns)]),
        ),
      }));
      const found = judgeResources([...resources, made], judged.settings);
      assert.deepEqual(
        found.filter(({ urn }) => urn !== component.urn),
        [],
      );
    });

    it("changes-applied: may ignore what counts at its creation alone", () => {
      const ignoring = { ...cluster, ignoreChanges: [...cluster.ignoreChanges, "version"] };
      assert.deepEqual(beside(ignoring), ["changes-applied"]);
    });
  });

  describe("chaos-stops: an experiment, by any of three", () => {
    const type = "aws:fis/experimentTemplate:ExperimentTemplate";
    for (const [path, values] of Object.entries({
      stopConditions: [[], [{ source: "none" }]],
      "stopConditions/0": [{ source: "none" }, { source: "aws:cloudwatch:alarm" }],
      experimentOptions: [{}, { accountTargeting: "single-account" }],
      "experimentOptions/emptyTargetResolutionMode": ["skip"],
      logConfiguration: [{}, { logSchemaVersion: 2 }],
      "logConfiguration/cloudwatchLogsConfiguration": [{ logGroupArn: "" }],
    }))
      for (const value of [...values, unknown, ...(path.endsWith("/0") ? [] : [undefined])])
        it(`${path} must not be ${JSON.stringify(value) ?? "absent"}`, () => {
          const judged = stacks.staging!;
          const templates = judged.resources.filter((resource) => resource.type === type);
          assert.ok(templates.length > 5);
          for (const { name } of templates) {
            const changed = changing(judged, [type, name], setting(path, value));
            assert.equal(broken(judged, changed, "chaos-stops").length, 1, name);
          }
        });
  });
});
