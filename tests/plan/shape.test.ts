import assert from "node:assert/strict";
import type { Plan, PlannedResource } from "../../plan/plan";
import { evaluate } from "../../plan/evaluate";
import { readStackSettings } from "../../plan/stack-settings";
import { standIn } from "../../plan/stand-ins";
import { ofType, plannedStack, program, root } from "../support/planned";

const stacks = ["prod", "staging"];

describe("every plan", () => {
  for (const stack of stacks)
    describe(stack, () => {
      let plan: Plan;
      before(async () => (plan = await plannedStack(stack)));

      it("has unique URNs that carry all ancestors' types", () => {
        const urns = plan.resources.map(({ urn }) => urn);
        assert.equal(new Set(urns).size, urns.length);
        for (const { urn, parent, type } of plan.resources.filter((r) => depth(plan, r) > 1))
          assert.ok(urn.includes(`${parent!.split("::")[2]}$${type}::`), urn);
      });

      it("names every child after its component", () => {
        const byUrn = new Map(plan.resources.map((resource) => [resource.urn, resource]));
        for (const child of plan.resources.filter((r) => depth(plan, r) > 1)) {
          const component = byUrn.get(child.parent!)!;
          assert.ok(
            child.name.startsWith(`${component.name}-`),
            `${child.name} in ${component.name}`,
          );
        }
      });

      it("puts every resource into a component", () => {
        for (const resource of plan.resources.filter(({ custom }) => custom))
          assert.ok(depth(plan, resource) > 1, resource.urn);
      });

      it("seals every password and key, in inputs and outputs", () => {
        const text = JSON.stringify(plan);
        const makers = plan.resources.filter(({ type }) =>
          [
            "random:index/randomPassword:RandomPassword",
            "tls:index/privateKey:PrivateKey",
          ].includes(type),
        );
        assert.ok(makers.length > 8);
        for (const maker of makers) {
          const { type, name, inputs } = maker;
          const { state } = standIn({ type, name, inputs, custom: true }, {});
          const secret = String(state.result ?? state.privateKeyPem);
          assert.ok(secret.length > 20);
          assert.ok(!text.includes(secret), `${maker.name} is open in the plan`);
        }
      });

      it("seals every value of Kubernetes Secrets and Secrets Manager", () => {
        for (const { inputs, name } of ofType(plan, "kubernetes:core/v1:Secret"))
          for (const [key, value] of Object.entries(
            (inputs.stringData ?? {}) as Record<string, string>,
          ))
            assert.equal(value, "[secret]", `${name}.${key}`);
        for (const { inputs } of ofType(plan, "aws:secretsmanager/secretVersion:SecretVersion"))
          assert.equal(inputs.secretString, "[secret]");
      });

      it("keeps secrets and unknowns of release values at the leaves", () => {
        for (const release of ofType(plan, "kubernetes:helm.sh/v3:Release")) {
          assert.equal(typeof release.inputs.values, "object", `${release.name} is sealed`);
          for (const path of [...release.unknowns, ...secrets(release.inputs)]) {
            assert.equal(path[0], "values", `${release.name}: ${path.join(".")}`);
            assert.notEqual(typeof at(release.inputs, path), "object");
          }
        }
      });

      it("knows a provider's first preview: Kubernetes answers nothing yet", () => {
        const provider = ofType(plan, "pulumi:providers:kubernetes")[0]!;
        assert.deepEqual(provider.unknowns, [["clusterIdentifier"], ["kubeconfig"]]);
      });

      it("has no value that nothing computes", () => {
        assert.doesNotMatch(JSON.stringify(plan), /undefined|\[unknown\]|NaN/);
      });
    });

  it("has the same component types in both stacks", async () => {
    const types = async (stack: string) =>
      [
        ...new Set(
          (await plannedStack(stack)).resources.filter(({ custom }) => !custom).map((r) => r.type),
        ),
      ].sort();
    assert.deepEqual(await types("prod"), await types("staging"));
  });

  it("is the same, byte for byte, when it is made again", async () => {
    const first = JSON.stringify(await plannedStack("prod"));
    const again = await evaluate(await program(), readStackSettings(root, "prod"));
    assert.equal(JSON.stringify(again), first);
  });

  it("plans encrypted configuration as secrets", async () => {
    const settings = readStackSettings(root, "prod");
    settings.config["mini-xdr:pagerDutyRoutingKey"] = "[secret]";
    settings.secretKeys.push("mini-xdr:pagerDutyRoutingKey");
    const plan = await evaluate(await program(), settings);
    const receivers = plan.resources.find(({ name }) => name.endsWith("alertmanager-receivers"))!;
    assert.deepEqual(receivers.inputs.stringData, { "pagerduty-routing-key": "[secret]" });
  });

  it("gives components values, never resources, which an engine would fetch by a provider of its own", async () => {
    for (const stack of ["prod", "staging"])
      for (const { name, custom, inputs } of (await plannedStack(stack)).resources)
        if (!custom) assert.doesNotMatch(JSON.stringify(inputs), /"urn:pulumi:/, name);
  });

  it("names a type that has no stand-in", () => {
    const unknown = { type: "aws:sqs/queue:Queue", name: "events", inputs: {}, custom: true };
    assert.throws(() => standIn(unknown, {}), /aws:sqs\/queue:Queue \("events"\) has no stand-in/);
  });
});

/** How many parents a resource has, the stack included. */
function depth(plan: Plan, resource: PlannedResource): number {
  const parent = plan.resources.find(({ urn }) => urn === resource.parent);
  return parent ? 1 + depth(plan, parent) : 0;
}

function secrets(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (value === "[secret]") return [path];
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([key, item]) => secrets(item, [...path, key]));
}

function at(value: unknown, path: (string | number)[]): unknown {
  return path.reduce<unknown>((v, step) => (v as never)[step], value);
}
