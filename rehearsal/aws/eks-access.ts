type Properties = Record<string, unknown>;

/** A cluster whose API serves the caller, or does not. */
export interface ServedCluster {
  /** Lets the caller administer it. */
  admit(): Promise<void>;
  /** Lets the caller do nothing any more. */
  shutOut(): Promise<void>;
}

export const entryType = "aws:eks/accessEntry:AccessEntry";
export const associationType = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation";

const policy = (name: string) => `arn:aws:eks::aws:cluster-access-policy/${name}`;
const administrator = policy("AmazonEKSClusterAdminPolicy");

/**
 * Access entries of one cluster, as EKS keeps them: one of a principal, those that it makes itself
 * included. The caller's own decides whether the cluster's API serves the caller: without the
 * administrator's policy it answers 403, where EKS's answers 401 to a principal without an entry.
 * It knows no other principal's requests, no scope, and takes effect at once.
 */
export class EksAccess {
  /** By principal, its policies. */
  private readonly entries = new Map<string, Set<string>>();

  constructor(
    /** Role as which the engine works. */
    private readonly caller: string,
    private readonly cluster: ServedCluster,
  ) {}

  /** Principals that have an entry, and their policies. */
  get principals(): Record<string, string[]> {
    return Object.fromEntries([...this.entries].map(([arn, policies]) => [arn, [...policies]]));
  }

  /** Principals that may do everything. */
  get administrators(): string[] {
    return [...this.entries].filter(([, has]) => has.has(administrator)).map(([arn]) => arn);
  }

  /** What EKS lets in by itself with a new cluster in Auto Mode, and whoever creates it. */
  async begin({ roleArn, computeConfig, accessConfig }: Properties): Promise<void> {
    this.entries.clear();
    const { nodeRoleArn, nodePools } = computeConfig as {
      nodeRoleArn: string;
      nodePools: string[];
    };
    this.entries.set(roleArn as string, new Set([policy("AmazonEKSComputePolicy")]));
    if (nodePools.length > 0)
      this.entries.set(nodeRoleArn, new Set([policy("AmazonEKSAutoNodePolicy")]));
    const { bootstrapClusterCreatorAdminPermissions: bootstrap } = accessConfig as Properties;
    // EKS's default.
    if (bootstrap !== false) await this.create(entryType, { principalArn: this.caller });
    if (bootstrap !== false)
      await this.create(associationType, { principalArn: this.caller, policyArn: administrator });
  }

  /** @throws an error with EKS's own words when it refuses */
  async create(type: string, { principalArn, policyArn }: Properties): Promise<void> {
    const principal = principalArn as string;
    const policies = this.entries.get(principal);
    if (type === entryType) {
      if (policies) throw refused("CreateAccessEntry", 409, inUse);
      this.entries.set(principal, new Set());
    }
    if (type !== associationType) return;
    if (!policies) throw refused("AssociateAccessPolicy", 404, notFound);
    policies.add(policyArn as string);
    if (this.isCallers(principal, policyArn)) await this.cluster.admit();
  }

  async delete(type: string, { principalArn, policyArn }: Properties): Promise<void> {
    const principal = principalArn as string;
    const had = this.entries.get(principal)?.has(administrator);
    if (type === entryType) this.entries.delete(principal);
    if (type === associationType) this.entries.get(principal)?.delete(policyArn as string);
    const has = this.entries.get(principal)?.has(administrator);
    if (principal === this.caller && had && !has) await this.cluster.shutOut();
  }

  /** They go with the cluster. */
  end(): void {
    this.entries.clear();
  }

  private isCallers(principal: string, policyArn: unknown): boolean {
    return principal === this.caller && policyArn === administrator;
  }
}

const inUse =
  "ResourceInUseException: The specified access entry resource is already in use on this cluster.";
const notFound =
  "ResourceNotFoundException: The specified principalArn could not be found. You can view your available access entries with 'list-access-entries'.";

function refused(operation: string, status: number, words: string): Error {
  return new Error(
    `operation error EKS: ${operation}, https response error StatusCode: ${status}, ${words}`,
  );
}
