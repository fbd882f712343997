/** What the stack promises, from 99 % to 99.9 % a month. */
export const tiers = ["starter", "pro", "enterprise"] as const;
export type Tier = (typeof tiers)[number];

/** What rules find wrong with one object and nobody has to mend until a day, and why. */
export interface Exemption {
  /** Kind and name, such as `Deployment monitoring/grafana`. */
  object: string;
  /** Last day on which it holds, `YYYY-MM-DD`; a year ahead at most. */
  until: string;
  reason: string;
  /** By rule: what it says, word for word. Another value says something else, and is not excused. */
  excuses: Record<string, string[]>;
}

/** For how long, and why, a stack that takes a lost one's place may have no copy in another Region. */
export interface Alone {
  /** Last day, `YYYY-MM-DD`; a month ahead at most. */
  until: string;
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
  /** The role that runs `up`; absent: the stack has no file that says so. */
  deployRole?: string;
  /** The stack of a lost Region whose place this one takes; absent: none. */
  recoveryOf?: string;
  /** Set while the stack may be without a copy in another Region: no rule demands one then. */
  alone?: Alone;
  /** The day on which exemptions are held to their end, `YYYY-MM-DD`. */
  today: string;
  /** Kubernetes minor for which charts are rendered; absent: Helm's own default. */
  kubernetes?: string;
  /** Helm's executable, for releases without fitting committed objects; absent: the PATH's. */
  helm?: string;
}
