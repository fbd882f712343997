/** Traffic that a rule of a security group lets through. */
export interface Traffic {
  port: number;
  /** Name of the resource whose security group it is. */
  at: string;
  /** Name of the resource at the other end; absent: everybody. */
  other?: string;
}

const edge = "edge-security-group";
const nodes = "cluster-control-plane";

/** Every rule of a security group, by its name. One that is not here opens something else. */
export const declaredTraffic: Record<string, Traffic> = {
  "edge-internet-443": { port: 443, at: edge },
  "edge-internet-80": { port: 80, at: edge },
  "traffic-edge-to-backend": { port: 8000, at: nodes, other: edge },
  "traffic-edge-to-backend-out": { port: 8000, at: edge, other: nodes },
  "traffic-edge-to-frontend": { port: 8080, at: nodes, other: edge },
  "traffic-edge-to-frontend-out": { port: 8080, at: edge, other: nodes },
  "traffic-pods-to-cache": { port: 6379, at: "cache-security-group", other: nodes },
  "traffic-pods-to-database": { port: 5432, at: "database-security-group", other: nodes },
};

/** Where the load balancer sends requests, by paths in the order of their priority. */
export interface Route {
  name: string;
  paths: string[];
  /** Name of the target group; absent: the answer is 404. */
  target?: string;
}

/** Every rule of the listener; everything else goes to the frontend. */
export const declaredRoutes: Route[] = [
  { name: "edge-metrics-rule", paths: ["/metrics", "/healthz"] },
  {
    name: "edge-api-rule",
    paths: ["/api/*", "/events/*", "/health/ready"],
    target: "edge-backend-targets",
  },
];

/** Every binding: the service whose pods it brings, and the end of the target group's name. */
export const declaredBindings: Record<string, { service: string; group: string }> = {
  "mini-xdr/mini-xdr-backend": { service: "mini-xdr-backend", group: "backend" },
  "mini-xdr/mini-xdr-frontend": { service: "mini-xdr-frontend", group: "frontend" },
};

/** Who reaches whom within the cluster, by NetworkPolicy: ports in and out. */
export interface Flow {
  /** Ports that pods or the load balancer reach. */
  in: number[];
  /** Ports of others that its pods reach. */
  out: number[];
}

/** Every NetworkPolicy. A port that is missing is an outage, one that is added an opening. */
export const declaredFlows: Record<string, Flow> = {
  "mini-xdr/mini-xdr-backend": { in: [8000], out: [53, 6432, 6379] },
  "mini-xdr/mini-xdr-frontend": { in: [8080], out: [] },
  "mini-xdr/mini-xdr-migrations": { in: [], out: [53, 5432] },
  "monitoring/edge-metrics": { in: [5000], out: [53, 443, 80] },
  "database/pgbouncer": { in: [6432, 9127], out: [53, 5432] },
  "database/database-backup-exporter": { in: [9187], out: [53, 443, 80] },
  // The vault, and the database or a scratch server: none reaches what it does not need.
  "database/database-backup-dump": { in: [], out: [53, 443, 80, 5432] },
  "database/database-backup-state": { in: [], out: [53, 443, 80] },
  "database/database-backup-prune": { in: [], out: [53, 443, 80] },
  "database/database-backup-verify": { in: [], out: [53, 443, 80, 5432] },
  "database/database-backup-drill": { in: [], out: [53, 443, 80, 5432] },
  "database/database-backup-restore": { in: [], out: [53, 443, 80, 5432] },
  "database/database-backup-swap": { in: [], out: [53, 5432] },
  // Whatever a backup brings runs there, and reaches nothing.
  "database/database-backup-scratch-verify": { in: [5432], out: [] },
  "database/database-backup-scratch-drill": { in: [5432], out: [] },
  "database/database-bootstrap": { in: [], out: [53, 5432] },
};

/** The same of a stack whose database is a Multi-AZ DB cluster: who follows its topology has figures. */
export const flowsOfClusters: typeof declaredFlows = {
  "database/pgbouncer": { in: [6432, 9127, 9128], out: [53, 5432] },
};

/** Pods at the other end of a port, by direction and port. */
export const declaredPeers: Record<string, { namespace: string; pods?: string }> = {
  "ingress 8000": { namespace: "monitoring" },
  "ingress 8080": { namespace: "monitoring" },
  "ingress 5000": { namespace: "monitoring" },
  "ingress 9127": { namespace: "monitoring" },
  "ingress 9128": { namespace: "monitoring" },
  "ingress 9187": { namespace: "monitoring" },
  "ingress 6432": { namespace: "mini-xdr" },
  "egress 6432": { namespace: "database", pods: "pgbouncer" },
};

/** By policy and direction: the one component of its own release at the other end of port 5432. */
export const scratchPeers: Record<string, string> = Object.fromEntries(
  ["verify", "drill"].flatMap((job) => [
    [`database/database-backup-${job} egress`, `scratch-${job}`],
    [`database/database-backup-scratch-${job} ingress`, job],
  ]),
);

/** What each port leads to that has one subnet in each zone: all of them have to be let through. */
export const subnetsOf: Record<number, "public" | "database"> = {
  5432: "database",
  6379: "database",
  8000: "public",
  8080: "public",
};
