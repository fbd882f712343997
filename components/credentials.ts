import * as pulumi from "@pulumi/pulumi";
import * as secretsmanager from "@pulumi/aws/secretsmanager";
import * as random from "@pulumi/random";

/** The database's roles. Only the bootstrap ever uses `master`; no workload gets it. */
export const databaseRoles = [
  "master",
  "migrations",
  "app",
  "read-only",
  "backup",
  "exporter",
] as const;
export type DatabaseRole = (typeof databaseRoles)[number];

/** A name and its password, and where the recovery commands find both. */
export interface Credential {
  username: string;
  /** Secret: sealed in state, plan and output. */
  password: pulumi.Output<string>;
  secretArn: pulumi.Output<string>;
}

export interface CredentialsArgs {
  /** Stack's name prefix, such as `mini-xdr-prod`. */
  stackName: string;
  /** Encrypts what is stored in this Region; the copy uses AWS's own key there. */
  kmsKeyArn: pulumi.Input<string>;
  /** Where a copy of every secret is kept, for the loss of a Region; absent: nowhere. */
  recoveryRegion?: string;
}

/**
 * Generated passwords, each stored in Secrets Manager and copied to the recovery Region. A stack in
 * the place of a lost one has names and passwords of its own: a copy can be read, but not changed
 * ("Promote a replica secret to a standalone secret", AWS Secrets Manager User Guide).
 * Passwords are letters and digits only, so that no URL, INI file or shell has to quote them.
 */
export class Credentials extends pulumi.ComponentResource {
  readonly database: Record<DatabaseRole, Credential>;
  /** The cache's AUTH token; its user name is fixed by the service. */
  readonly cache: Credential;
  /** PgBouncer's own statistics user; it exists in no database. */
  readonly poolerStatistics: Credential;

  constructor(
    private readonly name: string,
    private readonly args: CredentialsArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("mini-xdr:index:Credentials", name, args, opts);
    this.database = Object.fromEntries(
      databaseRoles.map((role) => [
        role,
        this.credential(`database-${role}`, `minixdr_${role.replace("-", "_")}`),
      ]),
    ) as Record<DatabaseRole, Credential>;
    this.cache = this.credential("cache", "default");
    this.poolerStatistics = this.credential("pooler-statistics", "pgbouncer_exporter");
    this.registerOutputs({
      databaseSecretArns: Object.values(this.database).map((c) => c.secretArn),
      cacheSecretArn: this.cache.secretArn,
    });
  }

  private credential(purpose: string, username: string): Credential {
    const { recoveryRegion } = this.args;
    const password = new random.RandomPassword(
      `${this.name}-${purpose}-password`,
      { length: 40, special: false },
      { parent: this },
    );
    const secret = new secretsmanager.Secret(
      `${this.name}-${purpose}`,
      {
        name: `${this.args.stackName}/${purpose}`,
        kmsKeyId: this.args.kmsKeyArn,
        recoveryWindowInDays: 30,
        ...(recoveryRegion === undefined ? {} : { replicas: [{ region: recoveryRegion }] }),
      },
      { parent: this, protect: true },
    );
    new secretsmanager.SecretVersion(
      `${this.name}-${purpose}-value`,
      {
        secretId: secret.id,
        secretString: pulumi.jsonStringify({ username, password: password.result }),
      },
      { parent: this },
    );
    return { username, password: password.result, secretArn: secret.arn };
  }
}
