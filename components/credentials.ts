import * as pulumi from "@pulumi/pulumi";
import * as secretsmanager from "@pulumi/aws/secretsmanager";
import * as random from "@pulumi/random";
import { scramVerifier } from "../lib/scram-verifier";

/** What is done in the database, each by a role of its own. */
export const duties = ["migrations", "app", "read-only", "backup", "restore", "exporter"] as const;
export type Duty = (typeof duties)[number];

/** The database's roles. Only the bootstrap and a swap of databases use `master`; what keeps running never does. */
export type DatabaseRole = "master" | Duty;

/** A name that logs in. */
export interface Login {
  username: string;
  /** Secret: sealed in state, plan and output. For clients alone. */
  password: pulumi.Output<string>;
  /** By which a server or pooler checks the password; secret. */
  verifier: pulumi.Output<string>;
}

/** The login that is in use, and where the recovery commands find it. */
export interface Credential extends Login {
  /** All that may be in use while a rotation runs: a role and its clone, or the one there is. */
  logins: Login[];
  secretArn: pulumi.Output<string>;
}

export interface CredentialsArgs {
  /** Stack's name prefix, such as `mini-xdr-prod`. */
  stackName: string;
  /** Encrypts what is stored in this Region; the copy uses AWS's own key there. */
  kmsKeyArn: pulumi.Input<string>;
  /** Where a copy of every secret is kept, for the loss of a Region; absent: nowhere. */
  recoveryRegion?: string;
  /** How often all passwords have been rotated; one more rotates them again. */
  rotation: number;
}

/**
 * Generated passwords, each stored in Secrets Manager and copied to the recovery Region. A stack in
 * the place of a lost one has names and passwords of its own: a copy can be read, but not changed
 * ("Promote a replica secret to a standalone secret", AWS Secrets Manager User Guide).
 * Passwords are letters and digits only, so that no URL, INI file or shell has to quote them.
 *
 * PostgreSQL holds one password a role, so every duty has two logins that take turns, its role and a
 * clone ("alternating users", AWS Secrets Manager User Guide, "Rotation strategies"): a rotation
 * changes the password of the one that nobody uses, and leaves the other's valid until the next.
 */
export class Credentials extends pulumi.ComponentResource {
  readonly database: Record<DatabaseRole, Credential>;
  /** The cache's AUTH token; its user name is fixed by the service, which takes the last two. */
  readonly cache: Credential;
  /** PgBouncer's own statistics user; it exists in no database. */
  readonly poolerStatistics: Credential;

  constructor(
    private readonly name: string,
    private readonly args: CredentialsArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("mini-xdr:index:Credentials", name, args, opts);
    this.database = Object.fromEntries([
      ["master", this.single("database-master", "minixdr_master")],
      ...duties.map((duty) => [duty, this.alternating(duty)]),
    ]) as Record<DatabaseRole, Credential>;
    this.cache = this.single("cache", "default");
    this.poolerStatistics = this.single("pooler-statistics", "pgbouncer_exporter");
    this.registerOutputs({
      databaseSecretArns: Object.values(this.database).map((c) => c.secretArn),
      cacheSecretArn: this.cache.secretArn,
    });
  }

  /** Of odd rotations it is the clone that is in use. */
  private alternating(duty: Duty): Credential {
    const { rotation } = this.args;
    const purpose = `database-${duty}`;
    const username = `minixdr_${duty.replace("-", "_")}`;
    const logins = [
      this.login(purpose, username, rotation - (rotation % 2)),
      this.login(`${purpose}-clone`, `${username}_clone`, rotation - ((rotation + 1) % 2)),
    ];
    return this.stored(purpose, logins[rotation % 2]!, logins);
  }

  private single(purpose: string, username: string): Credential {
    const login = this.login(purpose, username, this.args.rotation);
    return this.stored(purpose, login, [login]);
  }

  /** @param rotation the one that made its password; before the first there is nothing to keep */
  private login(purpose: string, username: string, rotation: number): Login {
    const { result: password } = new random.RandomPassword(
      `${this.name}-${purpose}-password`,
      {
        length: 40,
        special: false,
        ...(rotation > 0 ? { keepers: { rotation: String(rotation) } } : {}),
      },
      { parent: this },
    );
    const verifier = password.apply((text) => scramVerifier(username, text));
    return { username, password, verifier };
  }

  private stored(purpose: string, current: Login, logins: Login[]): Credential {
    const { recoveryRegion } = this.args;
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
    const { username, password } = current;
    new secretsmanager.SecretVersion(
      `${this.name}-${purpose}-value`,
      { secretId: secret.id, secretString: pulumi.jsonStringify({ username, password }) },
      { parent: this },
    );
    return { ...current, logins, secretArn: secret.arn };
  }
}
