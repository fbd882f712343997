import assert from "node:assert/strict";
import type { Plan, PlannedResource } from "../../plan/plan";
import { named, ofType, plannedStack } from "../support/planned";

interface Template {
  roleArn: string;
  actions: { actionId: string; target: { key: string; value: string } }[];
  targets: {
    name: string;
    resourceType: string;
    resourceArns?: string[];
    resourceTags?: unknown;
    parameters?: Record<string, string>;
  }[];
  stopConditions: { source: string; value: string }[];
}

interface Statement {
  Action: string[];
  Resource: string | string[];
  Condition?: Record<string, Record<string, string>>;
}

const templates = (plan: Plan) => ofType(plan, "aws:fis/experimentTemplate:ExperimentTemplate");
const inputsOf = ({ inputs }: PlannedResource) => inputs as unknown as Template;

const rights = (plan: Plan, kind: string) =>
  (named(plan, `chaos-${kind}-policy`).inputs.policy as unknown as { Statement: Statement[] })
    .Statement;

/** Actions for which AWS has no resource to name: they describe, find by tags, deliver logs. */
const everywhere =
  /^(\w+:Describe\w+|tag:GetResources|logs:(CreateLogDelivery|PutResourcePolicy))$/;

for (const stack of ["prod", "staging"])
  describe(`the chaos experiments of ${stack}`, () => {
    let plan: Plan;
    before(async () => (plan = await plannedStack(stack)));

    it("are those that this stack's topology allows", () => {
      const zones = ["a", "b", "c"].map((zone) => `eu-central-1${zone}`);
      const ofStack = { prod: zones.map((zone) => `cache-${zone}`), staging: ["database"] };
      assert.deepEqual(
        templates(plan)
          .map(({ name }) => name.replace("chaos-", ""))
          .sort(),
        [
          "backend-pod",
          "frontend-pod",
          ...zones.map((zone) => `zone-${zone}`),
          ...(stack === "staging" ? ["cache-eu-central-1a", "cache-eu-central-1b"] : []),
          ...ofStack[stack as "prod" | "staging"],
        ].sort(),
      );
    });

    it("hit what they name: ARNs of this stack or one cluster's pods, never what a tag finds", () => {
      for (const template of templates(plan)) {
        const { actions, targets } = inputsOf(template);
        assert.equal(actions.length, 1);
        assert.deepEqual(
          targets.map(({ name }) => name),
          [actions[0]!.target.value],
        );
        const [{ resourceType, resourceArns, resourceTags, parameters }] = targets as [
          Template["targets"][number],
        ];
        assert.equal(resourceTags, undefined);
        if (resourceType === "aws:eks:pod")
          assert.equal(parameters!.clusterIdentifier, `mini-xdr-${stack}`);
        else assert.ok(resourceArns!.every((arn) => /^arn:aws:\w+:eu-central-1:\d{12}:/.test(arn)));
      }
    });

    it("cut off every subnet of one zone, and of no other", () => {
      const subnets = ofType(plan, "aws:ec2/subnet:Subnet");
      for (const zone of ["eu-central-1a", "eu-central-1b", "eu-central-1c"]) {
        const { targets } = inputsOf(named(plan, `chaos-zone-${zone}`));
        const there = subnets.filter(({ inputs }) => inputs.availabilityZone === zone);
        assert.equal(there.length, 3);
        assert.equal(targets[0]!.resourceArns!.length, 3);
        const found = named(plan, `chaos-zone-${zone}`).propertyDependencies.targets!;
        for (const { urn } of subnets)
          assert.equal(
            found.includes(urn),
            there.some((other) => other.urn === urn),
            urn,
          );
      }
    });

    it("end when users are hurt: by alarms on errors and on too few healthy targets", () => {
      const hurt = ofType(plan, "aws:cloudwatch/metricAlarm:MetricAlarm")
        .map(({ inputs }) => String(inputs.name))
        .filter((name) => /-edge-(5xx|healthy)-/.test(name));
      assert.equal(hurt.length, 4, "AWS allows five");
      for (const template of templates(plan))
        assert.deepEqual(
          inputsOf(template)
            .stopConditions.map(({ value }) => value.split(":alarm:")[1])
            .sort(),
          hurt.sort(),
        );
    });

    it("have a role of their own kind each, which names what it may touch", () => {
      const kinds = ["pods", "network", "cache", ...(stack === "staging" ? ["database"] : [])];
      const roles = ofType(plan, "aws:iam/role:Role").filter(({ name }) => /^chaos-/.test(name));
      assert.deepEqual(
        roles.map(({ name }) => name).sort(),
        kinds.map((k) => `chaos-${k}-role`).sort(),
      );
      for (const kind of kinds)
        for (const { Action, Resource } of rights(plan, kind))
          if (Resource === "*") for (const action of Action) assert.match(action, everywhere);
          else
            for (const arn of [Resource].flat())
              assert.match(arn, /^arn:aws:\w+:eu-central-1:\d{12}:[\w-]+[/:][\w*-]/);
      for (const role of roles) {
        const trust = JSON.stringify(role.inputs.assumeRolePolicy);
        assert.match(trust, /"Service":"fis.amazonaws.com"/);
        assert.match(trust, /"aws:SourceAccount"/);
        assert.match(trust, /:experiment\/\*"/);
      }
    });

    it("write into one log, encrypted with a key that CloudWatch may use for it alone", () => {
      const { inputs, propertyDependencies } = named(plan, "chaos-log");
      assert.ok(propertyDependencies.kmsKeyId!.some((urn) => urn.endsWith("::keys-chaos")));
      const policy = String(named(plan, "keys-chaos").inputs.policy);
      assert.match(policy, /"Service":"logs\.eu-central-1\.amazonaws\.com"/);
      assert.ok(policy.includes(`:log-group:${String(inputs.name)}"`));
    });

    it("delete pods of the application's namespace only, without rights to look into secrets", () => {
      const role = named(plan, "chaos-pod-access-role").inputs as unknown as {
        metadata: { namespace: string };
        rules: { resources: string[]; verbs: string[] }[];
      };
      assert.equal(role.metadata.namespace, "mini-xdr");
      const verbs = Object.fromEntries(
        role.rules.map(({ resources, verbs }) => [resources[0], verbs]),
      );
      assert.ok(verbs.pods!.includes("delete"));
      assert.equal(verbs.secrets, undefined);
      const { inputs } = named(plan, "chaos-pod-access-binding");
      const { userName } = named(plan, "chaos-pod-access-entry").inputs;
      assert.ok(JSON.stringify(inputs.subjects).includes(`"name":${JSON.stringify(userName)}`));
    });
  });
