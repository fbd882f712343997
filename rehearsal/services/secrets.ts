import { secretMark } from "../../plan/plan";
import type { PlannedObject } from "../../plan/releases";
import { duties, Logins, newPassword, type Duty, type Login } from "../database/logins";

const roles = ["master", ...duties] as const;
export type Role = "master" | Duty;

/** PEM of the one authority of a run, and what it signed for the pooler. */
export interface Certificates {
  authority: string;
  pooler: { certificate: string; key: string };
}

type Data = Record<string, string>;

/**
 * The plan keeps its secrets sealed. A run makes its own, and puts them into the planned objects,
 * together with certificates of its own authority where the plan has AWS's or the engine's.
 */
export class Secrets {
  readonly logins = Logins.create();
  /** What clients log in to the database with. */
  readonly database = Object.fromEntries(
    roles.map((role) => [role, role === "master" ? this.logins.master : this.logins.current(role)]),
  ) as Record<Role, Login>;
  readonly cache: Login = { username: "default", password: newPassword() };

  private readonly added = new Map<string, Data>();

  constructor(private readonly certificates: Certificates) {}

  /** What else a run has for the plan's Secrets, by their names. */
  add(secrets: Record<string, Data>): void {
    for (const [name, data] of Object.entries(secrets)) this.added.set(name, data);
  }

  /**
   * The planned objects with this run's secrets and authorities.
   *
   * @throws Error naming every sealed value that nothing here replaces
   */
  fill(objects: PlannedObject[]): PlannedObject[] {
    const filled = objects.map((object) => this.filled(object));
    const sealed = filled.flatMap((object) => sealedIn(object));
    if (sealed.length > 0)
      throw new Error(
        `the plan keeps these sealed, and the rehearsal has no own: ${sealed.join(", ")}`,
      );
    return filled;
  }

  private filled(object: PlannedObject): PlannedObject {
    const { kind, metadata } = object;
    if (kind === "Secret") {
      const data = this.secret(metadata.name);
      return data ? ({ ...object, stringData: data } as PlannedObject) : object;
    }
    if (kind !== "ConfigMap") return object;
    const data = this.authorities[metadata.name];
    return data ? ({ ...object, data } as PlannedObject) : object;
  }

  private get authorities(): Record<string, Data> {
    const { authority } = this.certificates;
    return { "rds-ca": { "ca.pem": authority }, "pgbouncer-ca": { "ca.crt": authority } };
  }

  private secret(name: string): Data | undefined {
    const { authority, pooler } = this.certificates;
    const role = roles.find((candidate) => name === `database-${candidate}`);
    if (role) return { ...this.database[role] };
    const others: Record<string, Data> = {
      cache: { token: this.cache.password },
      "pgbouncer-tls": {
        "tls.crt": pooler.certificate,
        "tls.key": pooler.key,
        "ca.crt": authority,
      },
      "database-verifiers": this.logins.verifiers,
      "pgbouncer-users": { "userlist.txt": this.logins.userlist },
      "database-scratch": { owner: newPassword(), restorer: newPassword() },
      "pgbouncer-exporter": { ...this.logins.statistics },
      "pgbouncer-topology": { ...this.database.exporter },
      "grafana-login": { "admin-user": "admin", "admin-password": newPassword() },
    };
    return others[name] ?? this.added.get(name);
  }
}

function sealedIn(object: PlannedObject): string[] {
  const { stringData = {} } = object as { stringData?: Data };
  return Object.entries(stringData)
    .filter(([, value]) => value === secretMark)
    .map(([key]) => `${object.kind} ${object.metadata.name}/${key}`);
}
