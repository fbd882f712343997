import * as pulumi from "@pulumi/pulumi";
import { databaseRoles, type Credential, type DatabaseRole } from "./credentials";
import { addressValues, type DatabaseAddress } from "./database/address";
import type { ImageReference } from "./registry";
import { Workload } from "./workload";

export interface DatabaseRolesArgs {
  namespace: string;
  /** Carries psql. */
  image: ImageReference;
  database: DatabaseAddress;
  credentials: Record<DatabaseRole, Credential>;
}

/**
 * The roles inside the database. An idempotent job creates them, directly on the writer, and is the
 * only one that ever holds the master's password.
 */
export class DatabaseRoles extends Workload {
  constructor(
    name: string,
    private readonly args: DatabaseRolesArgs,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("DatabaseRoles", name, args.namespace, args, opts);
    const secrets = databaseRoles.map((role) => this.login(role));
    this.bootstrap(secrets);
    this.registerOutputs({});
  }

  private login(role: DatabaseRole): pulumi.Resource {
    const { username, password } = this.args.credentials[role];
    return this.secret(`database-${role}`, { username, password });
  }

  private bootstrap(secrets: pulumi.Resource[]): void {
    const { args } = this;
    this.release(
      "release",
      {
        name: "database-bootstrap",
        chart: "./charts/database-bootstrap",
        version: "0.1.0",
        timeoutSeconds: 300,
        values: {
          image: args.image,
          database: addressValues(args.database),
          network: { databaseCidrs: args.database.cidrs },
        },
      },
      secrets,
    );
  }
}
