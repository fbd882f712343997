import { parsePgBouncerIni } from "../../policies/model/pgbouncer-ini";

/** A pgbouncer.ini, kept line by line so that a difference can be shown. */
export class PgBouncerConfiguration {
  constructor(readonly text: string) {}

  /** The value of a key, in whichever section; undefined where it is not set. */
  get(key: string): string | undefined {
    const sections = Object.values(parsePgBouncerIni(this.text));
    return sections.find((section) => key in section)?.[key];
  }

  /** The same with other values. Refuses a key that the configuration does not have: no setting is added. */
  replace(values: Record<string, string>): PgBouncerConfiguration {
    let text = this.text;
    for (const [key, value] of Object.entries(values)) {
      const line = new RegExp(`^(${key}[ \\t]*=[ \\t]*).*$`, "m");
      if (!line.test(text))
        throw new Error(`pgbouncer.ini: ${key} is not set, so it cannot be replaced`);
      text = text.replace(line, (_line, before: string) => before + value);
    }
    return new PgBouncerConfiguration(text);
  }

  /** The same with another file for the one that it includes; the same where it includes none. */
  including(file: string): PgBouncerConfiguration {
    return new PgBouncerConfiguration(this.text.replace(/^(%include[ \t]+).*$/m, `$1${file}`));
  }

  /** The same without these keys, so that PgBouncer takes its own defaults for them. */
  without(keys: readonly string[]): PgBouncerConfiguration {
    const setting = new RegExp(`^(${keys.join("|")})[ \\t]*=`);
    const lines = this.text.split("\n").filter((line) => !setting.test(line));
    return new PgBouncerConfiguration(lines.join("\n"));
  }

  /** The lines in which another configuration differs, as in a unified difference without context. */
  difference(other: PgBouncerConfiguration): string[] {
    const [mine, others] = [this.text.split("\n"), other.text.split("\n")];
    return [
      ...mine.filter((line) => !others.includes(line)).map((line) => `- ${line}`),
      ...others.filter((line) => !mine.includes(line)).map((line) => `+ ${line}`),
    ];
  }
}

/** What decides how fast a pooler recovers. The comparison with default settings leaves these out. */
export const recoverySettings = [
  "dns_max_ttl",
  "dns_nxdomain_ttl",
  "server_login_retry",
  "server_connect_timeout",
  "tcp_user_timeout",
  "tcp_keepalive",
  "tcp_keepidle",
  "tcp_keepintvl",
  "tcp_keepcnt",
  "server_lifetime",
  "server_idle_timeout",
  "server_check_delay",
  "query_wait_timeout",
] as const;
