import assert from "node:assert/strict";
import { unknown, type Resource } from "../../../policies/model/resource";
import { broken, changing, judgedStack, setting, type Judged } from "../support";

const entry = "aws:eks/accessEntry:AccessEntry";
const association = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation";
const provider = "pulumi:providers:kubernetes";
const deployer = "arn:aws:iam::111122223333:role/mini-xdr-deploy";

describe("the rule about access entries", () => {
  let judged: Judged;
  before(async () => (judged = await judgedStack("prod")));

  const objections = (
    resource: [type: string, name: string],
    change: (found: Resource) => Resource | undefined,
  ) => broken(judged, changing(judged, resource, change), "cluster-access").map((v) => v.message);
  const without = (urn: RegExp) => (found: Resource) => ({
    ...found,
    dependencies: found.dependencies.filter((other) => !urn.test(other)),
    propertyDependencies: Object.fromEntries(
      Object.entries(found.propertyDependencies).map(([property, urns]) => [
        property,
        urns.filter((other) => !urn.test(other)),
      ]),
    ),
  });

  it("takes no second entry of a role: EKS answers it with 409", () => {
    const found = objections([entry, "mini-xdr-admin"], setting("principalArn", deployer));
    assert.equal(found.length, 3, found.join("\n"));
    assert.match(found.join("\n"), /mini-xdr-deploy" has another entry, .*; EKS takes one/);
  });

  it("wants a policy for an entry that gets no rights in Kubernetes", () => {
    const found = objections([association, "mini-xdr-deploy-policy"], () => undefined);
    assert.match(found.join("\n"), /mini-xdr-deploy" may do nothing/);
  });

  it("takes nothing but a role", () => {
    for (const bad of ["arn:aws:iam::111122223333:user/me", "*", undefined])
      assert.notDeepEqual(objections([entry, "mini-xdr-deploy"], setting("principalArn", bad)), []);
  });

  it("takes an ARN that a role of this stack determines, and none that nothing does", () => {
    const pods: [string, string] = [entry, "chaos-pod-access-entry"];
    assert.deepEqual(objections(pods, setting("principalArn", unknown)), []);
    const loose = (found: Resource) => ({
      ...setting("principalArn", unknown)(found),
      propertyDependencies: {},
    });
    assert.notDeepEqual(objections(pods, loose), []);
  });

  it("has the provider wait for every administrator, the deploy role first of all", () => {
    for (const role of ["deploy", "admin"])
      assert.match(
        objections([provider, ""], without(new RegExp(`mini-xdr-${role}-policy$`))).join(),
        new RegExp(`does not wait for .*mini-xdr-${role}-policy, which lets a role in`),
      );
  });

  it("wants somebody who administers the cluster", () => {
    const nobody = judged.resources.filter(({ type }) => type !== association);
    const found = broken(judged, nobody, "cluster-access").map(({ message }) => message);
    assert.match(found.join("\n"), /nobody administers the cluster/);
  });
});
