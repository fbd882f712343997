import type { ToolName } from "../../tools";
import type { Api } from "./api";
import type { Child } from "./child";
import type { Users } from "./credentials";

/** A Node, as an administrator creates it before its kubelet comes. */
export interface NodeObject {
  metadata: { name: string; labels: Record<string, string> };
  spec?: object;
  /** Only where no kubelet will say it. */
  status?: object;
}

/** What a control plane gives to its nodes. */
export interface Surroundings {
  /** The API as administrator. */
  api: Api;
  /** URL of the API server. */
  server: string;
  /** The control plane's folder, which goes with it. */
  folder: string;
  /** Writes a client's kubeconfig and returns its path. */
  kubeconfigOf(user: string): Promise<string>;
  /** Writes a file into the folder, for the owner only, and returns its path. */
  write(name: string, content: string): Promise<string>;
  /** Runs a program until the control plane stops. */
  run(name: string, program: ToolName, args: string[]): Promise<Child>;
  /** Says that the nodes broke. */
  fail(error: Error): void;
}

/** The nodes of a control plane, and what runs or plays their kubelets. */
export interface Nodes {
  /** Whether they run containers: what depends on it is measured, or only simulated. */
  readonly kind: "measured" | "simulated";
  /** Seconds in which all of them have to be Ready. */
  readonly readyLimit: number;
  /** Seconds that a pod takes at most from being scheduled to Ready. */
  readonly podStart: number;
  readonly zones: string[];
  /** Where the API server listens, so that these nodes reach it. */
  readonly serverAddress: string;
  /** Clients of the API server that these nodes have. */
  readonly users: Users;
  /** Their Node objects, in the zones' order. */
  objects(): NodeObject[];
  /** Does what takes no API server. Returns arguments that the API server needs for these nodes. */
  prepare(folder: string): Promise<string[]>;
  /** PEM of what signed their kubelets' certificates, once prepared: pods trust it, too. */
  readonly authorityPem?: string;
  /** Starts all kubelets; whether they are Ready, the API says. */
  start(plane: Surroundings): Promise<void>;
  /** Once they are Ready: resolves when what every cluster runs by itself is up, too. */
  settle(): Promise<void>;
  /** Takes the power from a zone's nodes. Returns how, in words; rejects when they live on. */
  loseZone(zone: string): Promise<string>;
  /** Starts a lost zone's nodes again. */
  restoreZone(zone: string): Promise<void>;
  /** Ends them all, at any time, once or more often. */
  stop(): Promise<void>;
}
