import assert from "node:assert/strict";
import { AccountCloud, StandInAccount } from "../../../rehearsal/aws/account";
import { replacedFor } from "../../../policies/replacement/table";

const urn = (type: string, name = "thing") => `urn:pulumi:s::mini-xdr::${type}::${name}`;
const alias = "aws:kms/alias:Alias";
const bucket = "aws:s3/bucket:Bucket";
const record = "aws:route53/record:Record";
const repository = "aws:ecr/repository:Repository";
const secret = "aws:secretsmanager/secret:Secret";
const topic = "aws:sns/topic:Topic";

const deployRole = "arn:aws:iam::123456789012:role/mini-xdr-deploy";

/** A stack in each of two Regions of one account. */
function account() {
  const shared = new StandInAccount();
  const nothing = () => Promise.resolve();
  const eks = { create: () => Promise.resolve({}), admit: nothing, shutOut: nothing };
  const stackIn = (region: string) =>
    new AccountCloud({ "aws:region": region }, eks, deployRole, shared);
  return { shared, first: stackIn("eu-central-1"), second: stackIn("eu-west-1") };
}

describe("the stand-in of an account", () => {
  it("refuses a name that is there as its API does, whoever has made it", async () => {
    const { first, second } = account();
    // What the backup key's alias was called before it was the stack's own.
    const old = { name: "alias/mini-xdr-backup-key", region: "eu-west-1" };
    await first.create(urn(alias), old);
    await assert.rejects(second.create(urn(alias), { name: old.name }), {
      message:
        "AlreadyExistsException: An alias with the name arn:aws:kms:eu-west-1:123456789012:alias/mini-xdr-backup-key already exists",
    });
    await first.create(urn(bucket), { bucket: "mine" });
    await assert.rejects(second.create(urn(bucket), { bucket: "mine" }), /BucketAlreadyOwnedByYou/);
  });

  it("lets a Region have the names of another", async () => {
    const { first, second } = account();
    await first.create(urn(repository), { name: "mini-xdr/backend" });
    await second.create(urn(repository), { name: "mini-xdr/backend" });
  });

  it("knows a secret's copies by its name", async () => {
    const { first, second } = account();
    const named = { name: "mini-xdr-prod/cache" };
    await first.create(urn(secret), { ...named, replicas: [{ region: "eu-west-1" }] });
    await assert.rejects(
      second.create(urn(secret), named),
      /^Error: ResourceExistsException: .*exists\.$/,
    );
  });

  it("notes a name that AWS takes over without a word", async () => {
    const { shared, first, second } = account();
    await first.create(urn(topic), { name: "alarms", region: "us-east-1" });
    await second.create(urn(topic), { name: "alarms", region: "us-east-1" });
    assert.deepEqual(shared.takenOver, [`${topic} alarms`]);
  });

  it("answers nothing for a lost Region, and counts who asked", async () => {
    const { shared, first, second } = account();
    const { id } = await first.create(urn(alias), { name: "alias/a" });
    shared.loseRegion("eu-central-1");
    assert.throws(() => first.read(urn(alias), id), /RequestTimeout/);
    await assert.rejects(
      second.create(urn(alias, "copy"), { name: "alias/b", region: "eu-central-1" }),
      /RequestTimeout: no answer from eu-central-1/,
    );
    await second.create(urn(alias), { name: "alias/b" });
    await second.create(urn(record), { name: "xdr.example.com", type: "A" });
    assert.deepEqual(
      shared.unanswered.map(({ operation }) => operation),
      ["read", "create"],
    );
  });

  it("gives a record to whoever writes it last, and takes it away with whoever deletes it", async () => {
    const { shared, first, second } = account();
    const to = (name: string) => ({ name: "xdr.example.com", type: "A", aliases: [{ name }] });
    const { id } = await first.create(urn(record), to("lost"));
    await assert.rejects(
      second.create(urn(record), to("new")),
      /InvalidChangeBatch: .*already exists/,
    );
    await second.create(urn(record), { ...to("new"), allowOverwrite: true });
    assert.equal(shared.leadsTo("xdr.example.com"), "new");
    // As terraform-provider-aws does: the lost stack's destruction takes the new one's users.
    await first.delete(urn(record), id);
    assert.equal(shared.leadsTo("xdr.example.com"), undefined);
  });

  describe("an image that is pushed", () => {
    const ours = {
      name: "mini-xdr/backend",
      encryptionConfigurations: [{ encryptionType: "KMS" }],
    };
    const rules = {
      replicationConfiguration: {
        rules: [
          {
            destinations: [{ region: "eu-west-1" }],
            repositoryFilters: [{ filter: "mini-xdr/" }],
          },
        ],
      },
    };
    const replication = "aws:ecr/replicationConfiguration:ReplicationConfiguration";
    const encryptionOf = (cloud: AccountCloud) =>
      cloud.read(urn(repository, "adopted"), "mini-xdr/backend")?.inputs.encryptionConfigurations;

    it("arrives in the repository that was made for it, which an import finds", async () => {
      const { shared, first, second } = account();
      await first.create(urn(replication), rules);
      await first.create(urn(repository, "copy"), { ...ours, region: "eu-west-1" });
      shared.push("mini-xdr/backend", "1.0.0", "eu-central-1");
      assert.ok(shared.images.has("eu-west-1 mini-xdr/backend:1.0.0"));
      assert.deepEqual(encryptionOf(second), ours.encryptionConfigurations);
    });

    it("else in one of ECR's making, which could only be replaced", async () => {
      const { shared, first, second } = account();
      await first.create(urn(replication), rules);
      shared.push("mini-xdr/backend", "1.0.0", "eu-central-1");
      assert.deepEqual(encryptionOf(second), [{ encryptionType: "AES256" }]);
      assert.deepEqual(
        replacedFor(repository, ["encryptionConfigurations", "imageTagMutability"], {}, {}),
        ["encryptionConfigurations"],
      );
    });

    it("is nowhere else, and nothing is imported that is not there", () => {
      assert.equal(encryptionOf(account().second), undefined);
    });
  });
});
