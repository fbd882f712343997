import assert from "node:assert/strict";
import { View } from "../../lib/progress";
import { needsOf, type Needs } from "../../preflight/needs";
import { claimsOf } from "../../preflight/preflight";
import { readStackSettings } from "../../plan/stack-settings";
import { plannedStack, root } from "../support/planned";
import { built, digest, fittingAccount, nameServers, standInAccount } from "./support/account";
import type { Answers } from "./support/account";

async function needsOfStack(stack: string): Promise<Needs> {
  return built(needsOf(root, await plannedStack(stack), readStackSettings(root, stack)));
}

/** One thing that is wrong with an account or a configuration. */
interface Case {
  /** What answers otherwise. */
  answers?: Answers;
  needs?: Partial<Needs>;
  /** What the resolver finds; an error: it finds nothing. */
  servers?: string[] | Error;
  /** The claim that fails, and what is said of it. */
  claim: string;
  says: RegExp;
}

const others = { Tags: [{ Key: "stack", Value: "another" }] };
const zone = (changed: object) => ({
  "route53 get-hosted-zone": {
    HostedZone: { Name: "example.com.", Config: { PrivateZone: false }, ...changed },
    DelegationSet: { NameServers: nameServers },
  },
});
const instance = (InstanceType: string, changed: object = {}) => ({
  InstanceType,
  CpuOptions: { CoreCount: 250, ThreadsPerCore: 2 },
  ...changed,
});

/** What RDS offers, in these zones. */
const offer = (zones: string[], changed: object = {}) =>
  ["io1", "gp3"].map((StorageType) => ({
    EngineVersion: "15.14",
    StorageType,
    SupportsClusters: true,
    AvailabilityZones: zones.map((Name) => ({ Name })),
    ...changed,
  }));

const cases: Record<string, Case> = {
  "a new account's 5 vCPUs": {
    answers: { "service-quotas get-service-quota L-1216C47A": { Quota: { Value: 5 } } },
    claim: "quota.processors",
    says: /^quota L-1216C47A \(.*\) of eu-central-1: 5; the plan may take \d+ and others have 0; .*--desired-value \d+$/,
  },
  "a quota of which AWS has the default alone": {
    answers: {
      "service-quotas get-service-quota L-1216C47A": { code: "NoSuchResourceException" },
      "service-quotas get-aws-default-service-quota": { Quota: { Value: 5 } },
    },
    claim: "quota.processors",
    says: /: 5; the plan may take/,
  },
  "instances of others that leave no room": {
    answers: {
      "ec2 describe-instances": { Reservations: [{ Instances: [instance("m7i.large")] }] },
    },
    claim: "quota.processors",
    says: /and others have 500;/,
  },
  "addresses that others have": {
    answers: { "ec2 describe-addresses": { Addresses: [others, others, {}] } },
    claim: "quota.addresses",
    says: /^quota L-0263D0A3 \(EC2-VPC Elastic IPs\) of eu-central-1: 5; the plan may take 3 and others have 3;/,
  },
  "VPCs that others have": {
    answers: { "ec2 describe-vpcs": { Vpcs: [others, others, others, others, {}] } },
    claim: "quota.networks",
    says: /^quota L-F678F1CE .*: 5; the plan may take 1 and others have 5;/,
  },
  "databases that others have": {
    answers: {
      "rds describe-db-instances": { DBInstances: Array(38).fill({ TagList: others.Tags }) },
    },
    claim: "quota.databases",
    says: /^quota L-7B6409FD .*: 40; the plan may take 3 and others have 38;/,
  },
  "DB clusters that others have": {
    answers: { "rds describe-db-clusters": { DBClusters: Array(40).fill({}) } },
    claim: "quota.database-clusters",
    says: /^quota L-952B80B8 .*: 40; the plan may take 1 and others have 40;/,
  },
  "another account": {
    answers: {
      "sts get-caller-identity": {
        Account: "444455556666",
        Arn: "arn:aws:sts::444455556666:assumed-role/mini-xdr-admin/me",
      },
    },
    claim: "account.caller",
    says: /^mini-xdr:cluster\.\w+: .* is of account 111122223333, the caller .* of 444455556666; take/,
  },
  "another role": {
    answers: {
      "sts get-caller-identity": {
        Account: "111122223333",
        Arn: "arn:aws:sts::111122223333:assumed-role/someone/me",
      },
    },
    claim: "account.caller",
    says: /the caller is the role someone; assume one of them/,
  },
  "a user": {
    answers: {
      "sts get-caller-identity": {
        Account: "111122223333",
        Arn: "arn:aws:iam::111122223333:user/me",
      },
    },
    claim: "account.caller",
    says: /user\/me is no role; assume one/,
  },
  "an administrator where a deploy role is named": {
    needs: { deployRole: "arn:aws:iam::111122223333:role/ci/another-deploy" },
    claim: "account.caller",
    says: /^mini-xdr:cluster\.deployRoleArn: .*another-deploy; the caller is the role [\w-]+;/,
  },
  "a Region that is not enabled": {
    answers: {
      "ec2 describe-regions": {
        Regions: [
          { RegionName: "eu-central-1", OptInStatus: "opt-in-not-required" },
          { RegionName: "eu-west-1", OptInStatus: "not-opted-in" },
          { RegionName: "us-east-1", OptInStatus: "opted-in" },
        ],
      },
    },
    claim: "places.regions",
    says: /^Region eu-west-1: not-opted-in; enable it: aws account enable-region --region-name eu-west-1$/,
  },
  "a Region that is none": {
    needs: { regions: ["eu-central-1", "eu-south-9"] },
    claim: "places.regions",
    says: /^Region eu-south-9: AWS has none of that name; correct/,
  },
  "a zone that is none, a local one, one that is away and one without EKS": {
    answers: {
      "ec2 describe-availability-zones": {
        AvailabilityZones: [
          { ZoneName: "one", ZoneId: "x", State: "available", ZoneType: "availability-zone" },
          { ZoneName: "two", ZoneId: "x", State: "available", ZoneType: "local-zone" },
          { ZoneName: "three", ZoneId: "x", State: "impaired", ZoneType: "availability-zone" },
          {
            ZoneName: "four",
            ZoneId: "use1-az3",
            State: "available",
            ZoneType: "availability-zone",
          },
        ],
      },
      "rds describe-orderable-db-instance-options": {
        OrderableDBInstanceOptions: offer(["none", "one", "two", "three", "four"]),
      },
    },
    needs: { zones: ["none", "one", "two", "three", "four"] },
    claim: "places.zones",
    says: /zones: none: eu-central-1 has none .*; choose of one; .*two: it is a local-zone;.*three: it is impaired;.*four: EKS has no control plane in use1-az3/,
  },
  "a database class that one zone lacks": {
    answers: {
      "rds describe-orderable-db-instance-options": {
        OrderableDBInstanceOptions: offer(["eu-central-1a", "eu-central-1b"]),
      },
    },
    claim: "places.database-cluster",
    says: /^mini-xdr:database\.instanceClass: db\.r6gd\.large: RDS does not offer it for postgres 15 in a Multi-AZ DB cluster.* in .*eu-central-1c; choose/,
  },
  "a database class that no Multi-AZ DB cluster takes": {
    answers: {
      "rds describe-orderable-db-instance-options": {
        OrderableDBInstanceOptions: offer(["eu-central-1a", "eu-central-1b", "eu-central-1c"], {
          SupportsClusters: false,
        }),
      },
    },
    claim: "places.database-cluster",
    says: /in eu-central-1a, eu-central-1b, eu-central-1c;/,
  },
  "an add-on that this Kubernetes does not have": {
    answers: {
      "eks describe-addon-versions": { addons: [{ addonVersions: [{ addonVersion: "v9" }] }] },
    },
    claim: "places.addon-amazon-cloudwatch-observability",
    says: /^add-on amazon-cloudwatch-observability v[\w.-]+: EKS has none for Kubernetes 1\.\d+, but v9; write one of those$/,
  },
  "a hosted zone that is not there": {
    answers: { "route53 get-hosted-zone": { code: "NoSuchHostedZone" } },
    claim: "domain.zone",
    says: /^mini-xdr:domain\.hostedZoneId: Z0EXAMPLEPROD: this account has no such hosted zone;/,
  },
  "a private hosted zone": {
    answers: zone({ Config: { PrivateZone: true } }),
    claim: "domain.zone",
    says: /it is private: nobody outside would find xdr\.example\.com/,
  },
  "a hosted zone of another name": {
    answers: zone({ Name: "ample.com." }),
    claim: "domain.zone",
    says: /^mini-xdr:domain\.name: xdr\.example\.com is not in the zone ample\.com of Z0EXAMPLEPROD/,
  },
  "a hosted zone to which nothing leads": {
    servers: Object.assign(new Error("stand-in"), { code: "ENOTFOUND" }),
    claim: "domain.zone",
    says: /nothing leads to example\.com \(ENOTFOUND\); write an NS record of example\.com with ns-1/,
  },
  "a domain that is led elsewhere": {
    servers: ["ns1.registrar.example"],
    claim: "domain.zone",
    says: /example\.com is led to ns1\.registrar\.example; write an NS record/,
  },
  "an image that nobody has pushed": {
    answers: { "ecr describe-images mini-xdr/backend": { code: "ImageNotFoundException" } },
    claim: "images.backend",
    says: /^image mini-xdr\/backend:1\.0\.0: the repository has no such tag; push it,/,
  },
  "a registry that is not there": {
    answers: { "ecr describe-images mini-xdr/backend": { code: "RepositoryNotFoundException" } },
    claim: "images.backend",
    says: /there is no such repository in eu-central-1; make the registry first: npm run up -- /,
  },
  "an image with another digest": {
    answers: {
      "ecr describe-images mini-xdr/backup": { imageDetails: [{ imageDigest: "sha256:b" }] },
    },
    claim: "images.backup",
    says: /^mini-xdr:images: mini-xdr\/backup: 1\.0\.0@sha256:a{64}; the registry has sha256:b;/,
  },
  "an image without a digest": {
    needs: { images: [{ repository: "mini-xdr/backend", tag: "1.0.0", digest: undefined }] },
    claim: "images.backend",
    says: new RegExp(`: 1\\.0\\.0 has no digest; write 1\\.0\\.0@${digest} after checking`),
  },
  "no trail": {
    answers: { "cloudtrail describe-trails": { trailList: [] } },
    claim: "landing-zone.trail",
    says: /^CloudTrail: no trail of every Region; the landing zone has to bring one/,
  },
  "a trail that does not record": {
    answers: { "cloudtrail get-trail-status": { IsLogging: false } },
    claim: "landing-zone.trail",
    says: /trail\/all does not record/,
  },
  "no detector": {
    answers: { "guardduty list-detectors": { DetectorIds: [] } },
    claim: "landing-zone.detector",
    says: /^GuardDuty: no detector in eu-central-1/,
  },
  "a question that may not be asked": {
    answers: { "ec2 describe-vpcs": { code: "UnauthorizedOperation", message: "no." } },
    claim: "quota.networks",
    says: /^aws ec2 describe-vpcs: UnauthorizedOperation: no\.; allow the role ec2:DescribeVpcs$/,
  },
};

describe("the preflight, against a stand-in account", function () {
  this.timeout(120_000);
  let prod: Needs;

  before(async () => {
    prod = await needsOfStack("prod");
  });

  const view = () => new View({ isTTY: false, columns: 80, write: () => true });

  async function tried(wrong: Partial<Case>[]) {
    const needs: Needs = Object.assign({}, prod, ...wrong.map((one) => one.needs ?? {}));
    const answers = Object.assign(fittingAccount(prod), ...wrong.map((one) => one.answers ?? {}));
    const servers = wrong.find((one) => one.servers)?.servers ?? nameServers;
    const { ask, asked } = standInAccount(answers as Answers);
    const lookUp = async () => {
      if (servers instanceof Error) throw servers;
      return servers;
    };
    return { claims: await claimsOf(needs, ask, { lookUp, view: view() }), asked };
  }

  it("an account that fits: every claim holds, and nothing but reads were asked", async () => {
    const { claims, asked } = await tried([]);
    assert.deepEqual(
      claims.filter(({ holds }) => !holds),
      [],
    );
    for (const { operation } of asked) assert.match(operation, /^(get|describe|list)-/);
  });

  for (const [title, wrong] of Object.entries(cases))
    it(`${title}: that claim alone fails, and says so`, async () => {
      const { claims } = await tried([wrong]);
      const failed = claims.filter(({ holds }) => !holds);
      assert.deepEqual(
        failed.map(({ id }) => id),
        [`preflight.${wrong.claim}`],
      );
      assert.match(failed[0]!.injection!, wrong.says);
    });

  it("a problem of every kind: all of them at once", async () => {
    const one = (claim: string) => Object.values(cases).find((wrong) => wrong.claim === claim)!;
    const kinds = [...new Set(Object.values(cases).map(({ claim }) => claim))];
    const { claims } = await tried(kinds.map(one));
    const failed = claims.filter(({ holds }) => !holds).map(({ id }) => id);
    assert.deepEqual(failed.sort(), kinds.map((kind) => `preflight.${kind}`).sort());
  });

  it("nobody that AWS knows: one failure, and the rest is skipped", async () => {
    const answers = { "sts get-caller-identity": { code: "ExpiredToken", message: "expired" } };
    const { claims } = await tried([{ answers }]);
    assert.deepEqual([...new Set(claims.slice(1).map(({ kind }) => kind))], ["skipped"]);
    assert.match(claims[0]!.injection!, /ExpiredToken: expired; try again/);
  });

  it("what is the stack's own counts once: an account in which it runs already fits too", async () => {
    const own = {
      Tags: [
        { Key: "project", Value: "mini-xdr" },
        { Key: "stack", Value: "prod" },
      ],
    };
    const node = { Tags: [{ Key: "eks:eks-cluster-name", Value: "mini-xdr-prod" }] };
    const { claims } = await tried([
      {
        answers: {
          "ec2 describe-addresses": { Addresses: [own, own, own] },
          "ec2 describe-vpcs": { Vpcs: [own, ...Array(4).fill(others)] },
          "ec2 describe-instances": {
            Reservations: [
              {
                Instances: [
                  instance("m7i.large", node),
                  instance("g6.xlarge"),
                  instance("mac2.metal"),
                  instance("m7i.large", { InstanceLifecycle: "spot" }),
                ],
              },
            ],
          },
        },
      },
    ]);
    assert.deepEqual(
      claims.filter(({ holds }) => !holds),
      [],
    );
  });

  it("staging has other needs: an instance and its replica, one address", async () => {
    const needs = await needsOfStack("staging");
    const { ask } = standInAccount(fittingAccount(needs));
    const claims = await claimsOf(needs, ask, { lookUp: async () => nameServers, view: view() });
    const value = (id: string) =>
      claims.find((claim) => claim.id === `preflight.quota.${id}`)?.value;
    assert.equal(value("addresses"), 1);
    assert.equal(value("databases"), 2);
    assert.equal(value("database-clusters"), undefined);
  });
});
