import assert from "node:assert/strict";
import { StandInCloud, type Properties } from "../../../rehearsal/aws/cloud";

const deployer = "arn:aws:iam::111122223333:role/mini-xdr-deploy";
const administrator = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy";
const nodeRole = "arn:aws:iam::111122223333:role/nodes";
const urn = (type: string, name: string) => `urn:pulumi:prod::mini-xdr::${type}::${name}`;
const entryUrn = urn("aws:eks/accessEntry:AccessEntry", "entry");
const policyUrn = urn("aws:eks/accessPolicyAssociation:AccessPolicyAssociation", "policy");

describe("the stand-in of EKS, about access entries", () => {
  let served: boolean;

  /** A cluster as the engine asks for it. */
  async function cloudWith(accessConfig: Properties): Promise<StandInCloud> {
    served = false;
    const eks = {
      create: async () => ({}),
      admit: async () => void (served = true),
      shutOut: async () => void (served = false),
    };
    const cloud = new StandInCloud({ "aws:region": "eu-central-1" }, eks, deployer);
    await cloud.create(urn("aws:eks/cluster:Cluster", "cluster"), {
      name: "prod",
      roleArn: "arn:aws:iam::111122223333:role/cluster",
      computeConfig: { nodeRoleArn: nodeRole, nodePools: ["system"] },
      accessConfig,
    });
    return cloud;
  }
  const named = { bootstrapClusterCreatorAdminPermissions: false };
  const entry = (principalArn = deployer) => ({ clusterName: "prod", principalArn });
  const policy = { ...entry(), policyArn: administrator };
  const inUse = /StatusCode: 409, ResourceInUseException: .* already in use on this cluster/;

  it("serves nobody at first, and the deploy role once it has its entry and policy", async () => {
    const cloud = await cloudWith(named);
    assert.deepEqual(cloud.access.administrators, []);
    await cloud.create(entryUrn, entry());
    assert.equal(served, false);
    await cloud.create(policyUrn, policy);
    assert.equal(served, true);
    assert.deepEqual(cloud.access.administrators, [deployer]);
  });

  it("lets the creator in by itself unless told not to, and takes no entry of it then", async () => {
    for (const accessConfig of [{}, { bootstrapClusterCreatorAdminPermissions: true }]) {
      const cloud = await cloudWith(accessConfig);
      assert.deepEqual([served, cloud.access.administrators], [true, [deployer]]);
      await assert.rejects(cloud.create(entryUrn, entry()), inUse);
      assert.ok(!cloud.changes.some((change) => change.urn === entryUrn));
    }
  });

  it("takes no second entry of a role, nor one of the nodes' role, which has one", async () => {
    const cloud = await cloudWith(named);
    await cloud.create(entryUrn, entry());
    await assert.rejects(cloud.create(`${entryUrn}-again`, entry()), inUse);
    await assert.rejects(cloud.create(`${entryUrn}-nodes`, entry(nodeRole)), inUse);
  });

  it("takes no policy of a role without an entry", async () => {
    const cloud = await cloudWith(named);
    await assert.rejects(cloud.create(policyUrn, policy), /StatusCode: 404, ResourceNotFound/);
  });

  it("shuts the deploy role out when its policy, or its entry, is deleted", async () => {
    for (const gone of [policyUrn, entryUrn]) {
      const cloud = await cloudWith(named);
      const made = {
        [entryUrn]: await cloud.create(entryUrn, entry()),
        [policyUrn]: await cloud.create(policyUrn, policy),
      };
      await cloud.delete(gone, made[gone]!.id);
      assert.equal(served, false, gone);
    }
  });

  it("loses entries, policies and add-ons with the cluster", async () => {
    const cloud = await cloudWith(named);
    const made = await cloud.create(entryUrn, entry());
    await cloud.create(urn("aws:eks/addon:Addon", "dns"), {
      clusterName: "prod",
      addonName: "coredns",
    });
    assert.deepEqual(cloud.addons, ["coredns"]);
    cloud.loseCluster("prod");
    assert.deepEqual([cloud.access.principals, cloud.addons], [{}, []]);
    assert.equal(cloud.read(entryUrn, made.id), undefined);
  });
});
