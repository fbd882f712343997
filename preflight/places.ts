import { at, list, type Resource } from "../policies/model/resource";
import type { Check, Finding } from "./check";
import type { Needs } from "./needs";
import type { Ask } from "./question";

/** Zones, by AWS's own id, in which EKS places no control plane (EKS User Guide, Subnet requirements for clusters). */
const withoutEks = ["use1-az3", "usw1-az2", "cac1-az3"];

/** Whether everything may be made where the plan wants it: Regions, zones, database classes, add-ons. */
export function placeChecks(needs: Needs): Check[] {
  return [
    {
      id: "places.regions",
      claim: `The account may use ${needs.regions.join(", ")}`,
      find: (ask) => regions(needs, ask),
    },
    {
      id: "places.zones",
      claim: `${needs.zones.join(", ")} exist, are available, and take a cluster`,
      find: (ask) => zones(needs, ask),
    },
    ...classesOf(needs).map((wanted) => ({
      id: `places.${wanted.name}`,
      claim: `RDS offers ${wanted.class} for ${wanted.engine} in every zone of the plan`,
      find: (ask: Ask) => offered(wanted, needs, ask),
    })),
    ...needs.addons.map((addon) => ({
      id: `places.addon-${addon.name}`,
      claim: `EKS has ${addon.name} ${addon.version} for Kubernetes ${addon.kubernetes}`,
      find: (ask: Ask) => fits(addon, ask),
    })),
  ];
}

async function regions({ regions: needed }: Needs, ask: Ask): Promise<Finding> {
  const { Regions } = await ask<{ Regions: { RegionName: string; OptInStatus: string }[] }>({
    service: "ec2",
    operation: "describe-regions",
    input: { AllRegions: true },
  });
  const status = new Map(Regions.map((found) => [found.RegionName, found.OptInStatus]));
  return {
    problems: needed
      .filter((name) => !["opt-in-not-required", "opted-in"].includes(status.get(name) ?? ""))
      .map((name) =>
        status.has(name)
          ? `Region ${name}: ${status.get(name)}; enable it: aws account enable-region --region-name ${name}`
          : `Region ${name}: AWS has none of that name; correct aws:region or mini-xdr:recoveryRegion`,
      ),
  };
}

interface Zone {
  ZoneName: string;
  ZoneId: string;
  State: string;
  ZoneType: string;
}

async function zones({ zones: needed, region }: Needs, ask: Ask): Promise<Finding> {
  const { AvailabilityZones } = await ask<{ AvailabilityZones: Zone[] }>({
    service: "ec2",
    operation: "describe-availability-zones",
  });
  const fit = AvailabilityZones.filter((zone) => faultOf(zone) === undefined);
  return {
    problems: needed.flatMap((name) => {
      const zone = AvailabilityZones.find(({ ZoneName }) => ZoneName === name);
      const fault = zone ? faultOf(zone) : `${region} has none of that name in this account`;
      const choice = fit.map(({ ZoneName }) => ZoneName).join(", ");
      return fault ? [`mini-xdr:network.zones: ${name}: ${fault}; choose of ${choice}`] : [];
    }),
  };
}

function faultOf({ State, ZoneType, ZoneId }: Zone): string | undefined {
  if (ZoneType !== "availability-zone") return `it is a ${ZoneType}`;
  if (State !== "available") return `it is ${State}`;
  return withoutEks.includes(ZoneId) ? `EKS has no control plane in ${ZoneId}` : undefined;
}

/** A class of servers that RDS has to offer. */
interface DatabaseClass {
  /** Resource name. */
  name: string;
  class: string;
  engine: string;
  /** Major version; AWS picks the minor. */
  version: string;
  storage: string | undefined;
  /** Whether as members of a Multi-AZ DB cluster. */
  clustered: boolean;
}

function classesOf({ stack }: Needs): DatabaseClass[] {
  const found = stack.ofType("aws:rds/cluster:Cluster", "aws:rds/instance:Instance").map(classOf);
  // Replicas of one class ask the same.
  return found.filter(
    (one, index) =>
      found.findIndex((other) => other.class === one.class && other.clustered === one.clustered) ===
      index,
  );
}

function classOf({ name, properties, type }: Resource): DatabaseClass {
  const clustered = type === "aws:rds/cluster:Cluster";
  const text = (key: string) => at(properties, key) as string | undefined;
  return {
    name,
    class: String(text(clustered ? "dbClusterInstanceClass" : "instanceClass")),
    engine: text("engine") ?? "postgres",
    version: text("engineVersion") ?? "",
    storage: text("storageType"),
    clustered,
  };
}

interface Offer {
  EngineVersion: string;
  StorageType: string;
  SupportsClusters: boolean;
  AvailabilityZones: { Name: string }[];
}

async function offered(
  wanted: DatabaseClass,
  { zones: needed }: Needs,
  ask: Ask,
): Promise<Finding> {
  const answer = await ask<{ OrderableDBInstanceOptions: Offer[] }>({
    service: "rds",
    operation: "describe-orderable-db-instance-options",
    input: { Engine: wanted.engine, DBInstanceClass: wanted.class, Vpc: true },
  });
  const fit = answer.OrderableDBInstanceOptions.filter(
    ({ EngineVersion, StorageType, SupportsClusters }) =>
      isOf(EngineVersion, wanted.version) &&
      (wanted.storage === undefined || StorageType === wanted.storage) &&
      (!wanted.clustered || SupportsClusters),
  );
  const names = fit.flatMap((offer) =>
    list(offer, "AvailabilityZones").map((zone) => at(zone, "Name")),
  );
  const missing = needed.filter((zone) => !names.includes(zone));
  const as = wanted.clustered ? " in a Multi-AZ DB cluster" : "";
  const storage = wanted.storage ? ` with ${wanted.storage}` : "";
  return {
    problems:
      missing.length > 0
        ? [
            `mini-xdr:database.instanceClass: ${wanted.class}: RDS does not offer it for ${wanted.engine} ${wanted.version}${as}${storage} in ${missing.join(", ")}; choose another class or other zones`,
          ]
        : [],
  };
}

/** Whether a version is of a major, or of the very minor, that is asked for. */
function isOf(version: string, asked: string): boolean {
  return version === asked || version.startsWith(`${asked}.`);
}

interface AddonVersions {
  addons: { addonVersions: { addonVersion: string }[] }[];
}

async function fits(
  { name, version, kubernetes }: Needs["addons"][number],
  ask: Ask,
): Promise<Finding> {
  const { addons } = await ask<AddonVersions>({
    service: "eks",
    operation: "describe-addon-versions",
    input: { addonName: name, kubernetesVersion: kubernetes },
  });
  const versions = addons.flatMap(({ addonVersions }) =>
    addonVersions.map(({ addonVersion }) => addonVersion),
  );
  if (versions.includes(version)) return { problems: [] };
  const others = versions.slice(0, 3).join(", ") || "no other either";
  return {
    problems: [
      `add-on ${name} ${version}: EKS has none for Kubernetes ${kubernetes}, but ${others}; write one of those`,
    ],
  };
}
