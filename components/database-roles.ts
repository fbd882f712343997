import type * as pulumi from "@pulumi/pulumi";
import { duties, type Credential, type DatabaseRole } from "./credentials";
import { addressValues, type DatabaseAddress } from "./database/address";
import type { ImageReference } from "./registry";
import { checksum, Workload } from "./workload";

export interface DatabaseRolesArgs {
  namespace: string;
  /** Carries psql. */
  image: ImageReference;
  database: DatabaseAddress;
  /** Certificate authorities of the database, PEM. */
  databaseCa: string;
  credentials: Record<DatabaseRole, Credential>;
  /** Most connections to one server of the role that asks for the topology. */
  topologyConnections: number;
}

/**
 * The roles inside the database. An idempotent job creates them, directly on the writer. It has the
 * master's password, as only the suspended job that exchanges two databases has beside it, and
 * verifiers, and no other password.
 *
 * It comes before whoever logs in: a server that knows both of a duty's logins refuses no client.
 */
export class DatabaseRoles extends Workload {
  constructor(
    name: string,
    private readonly args: DatabaseRolesArgs,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("DatabaseRoles", name, args.namespace, args, opts);
    const { master, backup, restore } = args.credentials;
    const bootstrap = this.bootstrap([
      this.secret("database-master", login(master)),
      this.secret("database-verifiers", this.verifiers),
      this.configMap("rds-ca", { "ca.pem": args.databaseCa }),
    ]);
    // A dump that starts earlier still has the login that was valid before.
    this.secret("database-backup", login(backup), [bootstrap]);
    this.secret("database-restore", login(restore), [bootstrap]);
    this.registerOutputs({});
  }

  /** By duty: the name of its role, and what checks the passwords of the role and of its clone. */
  private get verifiers(): Record<string, pulumi.Input<string>> {
    const entries = duties.flatMap((duty) => {
      const [role, clone] = this.args.credentials[duty].logins;
      return [
        [`${duty}.username`, role!.username],
        [`${duty}.verifier`, role!.verifier],
        [`${duty}.clone-verifier`, clone!.verifier],
      ];
    });
    return Object.fromEntries(entries) as Record<string, pulumi.Input<string>>;
  }

  private bootstrap(mounted: pulumi.Resource[]): pulumi.Resource {
    const { args } = this;
    return this.release(
      "release",
      {
        name: "database-bootstrap",
        chart: "./charts/database-bootstrap",
        version: "0.1.0",
        timeoutSeconds: 300,
        values: {
          image: args.image,
          database: addressValues(args.database),
          // Other passwords are another revision, which runs its own job.
          secretsChecksum: checksum(login(args.credentials.master), this.verifiers),
          topologyConnections: args.topologyConnections,
          network: { databaseCidrs: args.database.cidrs },
        },
      },
      mounted,
    );
  }
}

function login({ username, password }: Credential) {
  return { username, password };
}
