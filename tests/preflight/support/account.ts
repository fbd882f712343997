import { chmod, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NeededImage, Needs } from "../../../preflight/needs";
import { Refused, type Ask, type Question } from "../../../preflight/question";

/** An error that AWS answers with. */
export interface Refusal {
  code: string;
  message?: string;
}

/** What an account answers, by `service operation`, and by the first value of its input where that counts. */
export type Answers = Record<string, object>;

/** The digest of every image of the stand-in's registry. */
export const digest = `sha256:${"a".repeat(64)}`;

/** Needs of a stack whose images have been built. */
export function built(needs: Needs): Needs {
  const images = needs.images.map((image): NeededImage => ({ ...image, digest }));
  return { ...needs, images };
}

/** An account that can take a stack: an empty one, but for what its landing zone has brought. */
export function fittingAccount(needs: Needs): Answers {
  const { regions, zones, domain, stack } = needs;
  const caller = needs.deployRole ?? needs.adminRoles[0]!;
  const account = caller.split(":")[4]!;
  const role = caller.split("/").at(-1)!;
  const quota = (Value: number) => ({ Quota: { Value } });
  const trail = `arn:aws:cloudtrail:eu-central-1:${account}:trail/all`;
  const database = stack.ofType("aws:rds/cluster:Cluster")[0]?.properties.storageType ?? "gp3";
  return {
    "sts get-caller-identity": {
      Account: account,
      Arn: `arn:aws:sts::${account}:assumed-role/${role}/session`,
    },
    "service-quotas get-service-quota L-1216C47A": quota(512),
    "service-quotas get-service-quota L-0263D0A3": quota(5),
    "service-quotas get-service-quota L-F678F1CE": quota(5),
    "service-quotas get-service-quota L-7B6409FD": quota(40),
    "service-quotas get-service-quota L-952B80B8": quota(40),
    "ec2 describe-instances": { Reservations: [] },
    "ec2 describe-addresses": { Addresses: [] },
    "ec2 describe-vpcs": { Vpcs: [] },
    "rds describe-db-instances": { DBInstances: [] },
    "rds describe-db-clusters": { DBClusters: [] },
    "ec2 describe-regions": {
      Regions: regions.map((RegionName) => ({ RegionName, OptInStatus: "opt-in-not-required" })),
    },
    "ec2 describe-availability-zones": {
      AvailabilityZones: zones.map((ZoneName, index) => ({
        ZoneName,
        ZoneId: `euc1-az${index + 1}`,
        State: "available",
        ZoneType: "availability-zone",
      })),
    },
    "rds describe-orderable-db-instance-options": {
      OrderableDBInstanceOptions: [
        {
          EngineVersion: "15.14",
          StorageType: database,
          SupportsClusters: true,
          AvailabilityZones: zones.map((Name) => ({ Name })),
        },
      ],
    },
    "route53 get-hosted-zone": {
      HostedZone: {
        Id: `/hostedzone/${domain.hostedZoneId}`,
        Name: `${domain.name.split(".").slice(1).join(".")}.`,
        CallerReference: "stand-in",
        Config: { PrivateZone: false },
      },
      DelegationSet: { NameServers: nameServers },
    },
    "ecr describe-images": { imageDetails: [{ imageDigest: digest }] },
    "eks describe-addon-versions": {
      addons: needs.addons.map(({ name, version }) => ({
        addonName: name,
        addonVersions: [{ addonVersion: version }],
      })),
    },
    "cloudtrail describe-trails": {
      trailList: [{ TrailARN: trail, IsMultiRegionTrail: true }],
    },
    "cloudtrail get-trail-status": { IsLogging: true },
    "guardduty list-detectors": { DetectorIds: ["detector"] },
    "guardduty get-detector": { ServiceRole: "stand-in", Status: "ENABLED" },
  };
}

/** Name servers of the stand-in's hosted zone. */
export const nameServers = ["ns-1.awsdns-00.com", "ns-2.awsdns-00.org"];

/**
 * A stand-in for an AWS account, as the AWS CLI shows it: it answers each question with what the test
 * has written down, or refuses. It looks at no credentials, and at no input but a quota's code and a
 * repository's name; nothing is behind its answers.
 */
export function standInAccount(answers: Answers): { ask: Ask; asked: Question[] } {
  const asked: Question[] = [];
  const ask = async <T>(question: Question) => {
    asked.push(question);
    const { service, operation, input = {} } = question;
    const { QuotaCode, repositoryName } = input as Record<string, string | undefined>;
    const name = `${service} ${operation}`;
    const answer = answers[`${name} ${QuotaCode ?? repositoryName}`] ?? answers[name];
    if (!answer) throw new Error(`the stand-in has no answer to ${name} ${JSON.stringify(input)}`);
    if (!("code" in answer)) return answer as T;
    const { code, message = "stand-in" } = answer as Refusal;
    throw new Refused(question, code, message);
  };
  return { ask, asked };
}

/**
 * The same as a program `aws`, for a command that is run as people type it. Returns the folder that
 * belongs before the PATH.
 */
export async function standInCli(answers: Answers): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "mini-xdr-aws-"));
  const script = `#!${process.execPath}
const [service, operation, ...words] = process.argv.slice(2);
const input = JSON.parse(words[words.indexOf("--cli-input-json") + 1]);
const answers = ${JSON.stringify(answers)};
const name = service + " " + operation;
const answer = answers[name + " " + (input.QuotaCode ?? input.repositoryName)] ?? answers[name];
if (answer?.code === undefined) console.log(JSON.stringify(answer));
else {
  console.error("\\nAn error occurred (" + answer.code + ") when calling the operation: stand-in");
  process.exitCode = 254;
}
`;
  await writeFile(join(folder, "aws"), script);
  await chmod(join(folder, "aws"), 0o755);
  return folder;
}
