import { randomBytes } from "node:crypto";
import { scramVerifier } from "../../lib/scram-verifier";

/** What is done in the database, as the program has it: each duty by a role and its clone. */
export const duties = ["migrations", "app", "read-only", "backup", "restore", "exporter"] as const;
export type Duty = (typeof duties)[number];

/** A name that logs in, and its password. */
export interface Login {
  username: string;
  password: string;
}

/** A run's own passwords, made and rotated as the program's are. */
export class Logins {
  readonly master: Login;
  /** PgBouncer's own statistics user. */
  readonly statistics: Login;

  private constructor(
    readonly rotation: number,
    private readonly both: Record<Duty, [role: Login, clone: Login]>,
  ) {
    this.master = newLogin("minixdr_master");
    this.statistics = newLogin("pgbouncer_exporter");
  }

  /** Those of a new stack. */
  static create(): Logins {
    const both = duties.map((duty) => {
      const role = `minixdr_${duty.replace("-", "_")}`;
      return [duty, [newLogin(role), newLogin(`${role}_clone`)]];
    });
    return new Logins(0, Object.fromEntries(both) as Logins["both"]);
  }

  /** One rotation later: who was not in use has a new password and is, the other keeps its own. */
  rotated(): Logins {
    const rotation = this.rotation + 1;
    const both = duties.map((duty) => [
      duty,
      this.both[duty].map((login, index) =>
        index === rotation % 2 ? newLogin(login.username) : login,
      ),
    ]);
    return new Logins(rotation, Object.fromEntries(both) as Logins["both"]);
  }

  /** The naive rotation, for comparison: who is in use gets a new password. */
  replaced(): Logins {
    const both = duties.map((duty) => [
      duty,
      this.both[duty].map((login) => newLogin(login.username)),
    ]);
    return new Logins(this.rotation, Object.fromEntries(both) as Logins["both"]);
  }

  /** The login that clients of a duty use. */
  current(duty: Duty): Login {
    return this.both[duty][this.rotation % 2]!;
  }

  /** Content of the Secret `database-verifiers`. */
  get verifiers(): Record<string, string> {
    const entries = duties.flatMap((duty) => {
      const [role, clone] = this.both[duty];
      return [
        [`${duty}.username`, role.username],
        [`${duty}.verifier`, verifier(role)],
        [`${duty}.clone-verifier`, verifier(clone)],
      ];
    });
    return Object.fromEntries(entries) as Record<string, string>;
  }

  /** The same as environment of the chart's job. */
  get environment(): Record<string, string> {
    const variables = {
      username: "USER",
      verifier: "VERIFIER",
      "clone-verifier": "CLONE_VERIFIER",
    };
    const entries = Object.entries(this.verifiers).map(([key, value]) => {
      const [duty = "", part = ""] = key.split(".");
      const variable = variables[part as keyof typeof variables];
      return [`${duty.toUpperCase().replace("-", "_")}_${variable}`, value];
    });
    return Object.fromEntries(entries) as Record<string, string>;
  }

  /** PgBouncer's `userlist.txt`. */
  get userlist(): string {
    return [...this.both.app, ...this.both["read-only"], this.statistics]
      .map((login) => `"${login.username}" "${verifier(login)}"\n`)
      .join("");
  }

  /** Both logins of every duty. */
  get all(): Login[] {
    return Object.values(this.both).flat();
  }

  /** Every password there is. */
  get passwords(): string[] {
    return [...this.all, this.master, this.statistics].map(({ password }) => password);
  }
}

/** Letters and digits, as the program's own passwords are. */
export function newPassword(): string {
  return randomBytes(20).toString("hex");
}

function newLogin(username: string): Login {
  return { username, password: newPassword() };
}

function verifier({ username, password }: Login): string {
  return scramVerifier(username, password);
}
