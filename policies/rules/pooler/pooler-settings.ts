import { databaseKeys, includedEntries, pgbouncerKeys } from "../../declared/pgbouncer";
import type { Expectation } from "../../model/expectation";
import { configMap } from "../../model/kubernetes";
import { parsePgBouncerIni } from "../../model/pgbouncer-ini";
import type { Properties } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

export default {
  name: "pooler-settings",
  severity: "critical",
  from: "starter",
  demands:
    "A pgbouncer.ini sets what policies/declared knows, for all pools alike, and nothing twice.",
  reason:
    "One key nobody thought of, or one pool with settings of its own, undoes what the other rules have judged.",
  needs: "release",
  types: [configMap],
  judge: ({ properties }) => {
    const text = (properties.data as Properties | undefined)?.["pgbouncer.ini"];
    if (typeof text !== "string") return [];
    const { databases = {}, pgbouncer = {}, ...others } = parsePgBouncerIni(text);
    return [
      ...Object.keys(others).map(
        (section) => `pgbouncer.ini has a section ${section}, which is not declared`,
      ),
      ...odd(text).map(
        (line) =>
          `pgbouncer.ini has the line ${JSON.stringify(line)}, which includes or hides settings`,
      ),
      ...Object.entries(pgbouncer).flatMap(([key, value]) => unfit("", key, value, pgbouncerKeys)),
      ...Object.entries(databases).flatMap(([name, target]) =>
        target
          .split(/\s+/)
          .map((pair) => pair.split("=") as [string, string?])
          .flatMap(([key, value]) => unfit(`${name} `, key, value ?? "", databaseKeys)),
      ),
    ];
  },
} satisfies RuleDefinition;

function unfit(
  of: string,
  key: string,
  value: string,
  known: Record<string, Expectation>,
): string[] {
  const expected = Object.hasOwn(known, key) ? known[key] : undefined;
  if (!expected)
    return [
      `${of}${key} is ${value} in pgbouncer.ini; no rule judges it and policies/declared/pgbouncer does not declare it`,
    ];
  return expected.accepts(value)
    ? []
    : [`${of}${key} is ${value} in pgbouncer.ini; it must be ${expected.says}`];
}

/** Lines that are no comment, heading or setting, and settings that a section has twice. */
function odd(text: string): string[] {
  const seen = new Set<string>();
  let section = "";
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !/^[;#]/.test(line))
    .filter((line) => {
      const heading = /^\[(.+)\]$/.exec(line)?.[1];
      if (heading) section = heading;
      const included = section === "databases" && line === includedEntries;
      const key = included ? line : /^([\w*]+)\s*=/.exec(line)?.[1];
      const place = heading ? `[${heading}]` : `${section} ${key}`;
      if ((!heading && !key) || seen.has(place)) return true;
      seen.add(place);
      return false;
    });
}
