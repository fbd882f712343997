import { unknownValue } from "@pulumi/pulumi/runtime/rpc";

type Properties = Record<string, unknown>;

/** A resource that a component's plugin makes. */
export interface Made {
  type: string;
  name: string;
  inputs: Properties;
  /** By its inputs, those of the component that determine them. */
  sources: Record<string, string[]>;
  ignoreChanges: string[];
}

/**
 * What the component of @pulumi/eks makes in EKS of its inputs, in Auto Mode (nodejs/eks/cluster/cluster.ts
 * at v4.3.0, `createCore`): the cluster, and the add-on that it adds unless it is told not to. Roles,
 * attachments and access entries are left out.
 *
 * @param roleArn of the control plane's role; `unknownValue` in a first preview, like the nodes'
 */
export function madeByEks(
  name: string,
  args: Properties,
  roleArn: unknown,
  nodeRoleArn: unknown,
): Made[] {
  const inputs = clusterInputs(args, roleArn, nodeRoleArn);
  const cluster: Made = {
    type: "aws:eks/cluster:Cluster",
    name: `${name}-eksCluster`,
    inputs,
    sources: Object.fromEntries(
      Object.keys(inputs).map((property) => [property, sources[property] ?? [property]]),
    ),
    ignoreChanges: [
      "accessConfig.bootstrapClusterCreatorAdminPermissions",
      "bootstrapSelfManagedAddons",
    ],
  };
  return hasDnsAddon(args) ? [cluster, dnsAddon(name, args)] : [cluster];
}

/** The component's inputs behind those of its cluster that are called otherwise. */
const sources: Record<string, string[]> = {
  accessConfig: ["authenticationMode"],
  computeConfig: ["autoMode"],
  encryptionConfig: ["encryptionConfigKeyArn"],
  kubernetesNetworkConfig: ["kubernetesServiceIpAddressRange"],
  vpcConfig: ["subnetIds", "publicSubnetIds", "privateSubnetIds"],
};

function clusterInputs(args: Properties, roleArn: unknown, nodeRoleArn: unknown): Properties {
  return {
    name: args.name,
    version: args.version,
    roleArn,
    vpcConfig: {
      subnetIds: args.subnetIds ?? [args.publicSubnetIds ?? [], args.privateSubnetIds ?? []].flat(),
      endpointPrivateAccess: args.endpointPrivateAccess,
      endpointPublicAccess: args.endpointPublicAccess,
      ...(args.publicAccessCidrs ? { publicAccessCidrs: args.publicAccessCidrs } : {}),
    },
    accessConfig: {
      authenticationMode: args.authenticationMode,
      bootstrapClusterCreatorAdminPermissions: true,
    },
    enabledClusterLogTypes: args.enabledClusterLogTypes,
    encryptionConfig: {
      provider: { keyArn: args.encryptionConfigKeyArn },
      resources: ["secrets"],
    },
    ...autoMode(args, nodeRoleArn),
    deletionProtection: args.deletionProtection,
    upgradePolicy: args.upgradePolicy,
    bootstrapSelfManagedAddons: false,
  };
}

/** Either all known or all unknown: the component ties them to the node role's ARN. */
function autoMode(args: Properties, nodeRoleArn: unknown): Properties {
  const names = ["computeConfig", "storageConfig", "kubernetesNetworkConfig"];
  if (nodeRoleArn === unknownValue)
    return Object.fromEntries(names.map((name) => [name, unknownValue]));
  const { computeConfig } = args.autoMode as { computeConfig?: { nodePools: string[] } };
  return {
    computeConfig: {
      enabled: true,
      nodeRoleArn,
      nodePools: ["general-purpose", "system"],
      ...computeConfig,
    },
    storageConfig: { blockStorage: { enabled: true } },
    kubernetesNetworkConfig: {
      serviceIpv4Cidr: args.kubernetesServiceIpAddressRange,
      ipFamily: "ipv4",
      elasticLoadBalancing: { enabled: true },
    },
  };
}

/** In Auto Mode it adds none of kube-proxy and the VPC CNI by itself, but CoreDNS. */
function hasDnsAddon({ corednsAddonOptions }: Properties): boolean {
  return (corednsAddonOptions as { enabled?: boolean } | undefined)?.enabled !== false;
}

function dnsAddon(name: string, args: Properties): Made {
  return {
    type: "aws:eks/addon:Addon",
    name: `${name}-coredns`,
    inputs: { clusterName: args.name, addonName: "coredns", preserve: true },
    sources: {},
    ignoreChanges: [],
  };
}
