/** What the stack promises, from 99 % to 99.9 % a month. */
export const tiers = ["starter", "pro", "enterprise"] as const;
export type Tier = (typeof tiers)[number];

/** A workload or resource that a rule need not hold for, and why. */
export interface Exemption {
  /** Resource name, or `namespace/name` of what a release deploys. */
  workload: string;
  /** Names of the rules. */
  rules: string[];
  reason: string;
}

/** What the pack is told about the stack that it judges. */
export interface Settings {
  /** The project's folder: charts are found from it. */
  root: string;
  stack: string;
  /** The strictest where nothing says otherwise. */
  tier: Tier;
  /** Longest database failover, seconds; absent: AWS's quoted time and 10 s of ours. */
  failoverTargetSeconds?: number;
  exemptions: Exemption[];
  /** Kubernetes minor for which charts are rendered; absent: Helm's own default. */
  kubernetes?: string;
  /** Helm's executable, for releases without fitting committed objects; absent: the PATH's. */
  helm?: string;
}
