import * as pulumi from "@pulumi/pulumi";
import type { ReplicasConfig } from "../config";
import type { Login } from "./credentials";
import type { ImageReference } from "./registry";
import { checksum, Workload } from "./workload";

/** One of the application's two services. */
export interface ServiceArgs extends ReplicasConfig {
  image: ImageReference;
  /** Target group whose members its pods become. */
  targetGroupArn: pulumi.Input<string>;
}

export interface ApplicationArgs {
  namespace: string;
  backend: ServiceArgs;
  frontend: ServiceArgs;
  /** PgBouncer's address: the application knows no other. */
  pooler: {
    host: string;
    port: number;
    caCertificate: pulumi.Input<string>;
  };
  /** The database itself, for migrations alone. */
  database: {
    writerHost: pulumi.Input<string>;
    port: number;
    name: string;
    caCertificate: string;
    cidrs: string[];
  };
  cache: {
    host: pulumi.Input<string>;
    port: number;
    /** What it takes already; secret. */
    token: pulumi.Input<string>;
    cidrs: string[];
  };
  credentials: Record<Role, Pick<Login, "username" | "password">>;
  loadBalancerCidrs: string[];
}

const roles = ["app", "read-only", "migrations"] as const;
type Role = (typeof roles)[number];

/** From a pod's start to its readiness at the worst: 30 startup probes, 5 s apart. */
const worstStartSeconds = 150;
/** `minReadySeconds` of the chart: it outlasts the load balancer's health checks. */
const minReadySeconds = 30;
/** Deadline of the migrations' hook. */
const migrationSeconds = 600;

/**
 * mini-xdr itself: the API and the web page, with the secrets that their pods name. These change last
 * of all in a rotation: whom they log in to takes them already.
 */
export class Application extends Workload {
  constructor(
    name: string,
    private readonly args: ApplicationArgs,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("Application", name, args.namespace, args, opts);
    const mounted = [
      ...roles.map((role) => this.secret(`database-${role}`, this.login(role))),
      this.secret("cache", this.token),
      this.configMap("pgbouncer-ca", { "ca.crt": args.pooler.caCertificate }),
      this.configMap("rds-ca", { "ca.pem": args.database.caCertificate }),
    ];
    this.services(mounted);
    this.registerOutputs({});
  }

  private login(role: Role) {
    const { username, password } = this.args.credentials[role];
    return { username, password };
  }

  private get token() {
    return { token: this.args.cache.token };
  }

  private services(mounted: pulumi.Resource[]): void {
    const { args } = this;
    const mostPods = Math.max(args.backend.maxReplicas, args.frontend.maxReplicas);
    this.release(
      "release",
      {
        name: "mini-xdr",
        chart: "./charts/mini-xdr",
        version: "0.1.0",
        // A rolling update replaces one pod after the other; slow but healthy is no failure.
        timeoutSeconds: migrationSeconds + mostPods * (worstStartSeconds + minReadySeconds),
        values: {
          backend: service(args.backend),
          frontend: service(args.frontend),
          database: { host: args.pooler.host, port: args.pooler.port, name: args.database.name },
          migrations: {
            host: args.database.writerHost,
            port: args.database.port,
            name: args.database.name,
          },
          cache: { host: args.cache.host, port: args.cache.port },
          secretsChecksum: checksum(...roles.map((role) => this.login(role)), this.token),
          network: {
            loadBalancerCidrs: args.loadBalancerCidrs,
            databaseCidrs: args.database.cidrs,
            cacheCidrs: args.cache.cidrs,
          },
        },
      },
      mounted,
    );
  }
}

function service({ image, minReplicas, maxReplicas, targetGroupArn }: ServiceArgs) {
  return { image, autoscaling: { minReplicas, maxReplicas }, targetGroupArn };
}
