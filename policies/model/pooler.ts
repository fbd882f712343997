import { configMap, deployment } from "./kubernetes";
import { hostOf, parsePgBouncerIni } from "./pgbouncer-ini";
import { at, type Resource, type Stack } from "./resource";

/** PgBouncer, as it is deployed: its configuration file and the pods that read it. */
export interface Pooler {
  configuration: Resource;
  /** Its pgbouncer.ini. */
  text: string;
  settings: Record<string, string>;
  /** Pools by name, each with the server that it connects to. */
  databases: { name: string; host: string }[];
  pods: Resource | undefined;
}

/** Every PgBouncer of the stack: whoever mounts a `pgbouncer.ini`. */
export function poolers(stack: Stack): Pooler[] {
  return stack
    .ofType(configMap)
    .filter(({ properties }) => ini(properties) !== undefined)
    .map((configuration) => read(configuration, stack));
}

/** The PgBouncer that a config map configures; undefined for any other config map. */
export function poolerOf(configuration: Resource, stack: Stack): Pooler | undefined {
  return poolers(stack).find((found) => found.configuration === configuration);
}

function ini(properties: Resource["properties"]): string | undefined {
  const data = at(properties, "data") as Record<string, unknown> | undefined;
  const text = data?.["pgbouncer.ini"];
  return typeof text === "string" ? text : undefined;
}

function read(configuration: Resource, stack: Stack): Pooler {
  const text = ini(configuration.properties) ?? "";
  const sections = parsePgBouncerIni(text);
  const databases = Object.entries(sections.databases ?? {}).map(([name, target]) => ({
    name,
    host: hostOf(target) ?? "",
  }));
  const pods = stack
    .beside(configuration, deployment)
    .find(({ properties }) =>
      JSON.stringify(at(properties, "spec.template.spec.volumes") ?? "").includes(
        `"name":${JSON.stringify(at(configuration.properties, "metadata.name"))}`,
      ),
    );
  return { configuration, text, settings: sections.pgbouncer ?? {}, databases, pods };
}

/** A setting that is a whole number; undefined when it is absent or something else. */
export function number({ settings }: Pooler, key: string): number | undefined {
  const value = settings[key];
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
}

/** A setting that is a number of seconds, of which PgBouncer takes fractions. */
export function seconds({ settings }: Pooler, key: string): number | undefined {
  const value = settings[key];
  return value !== undefined && /^\d+(\.\d+)?$/.test(value) ? Number(value) : undefined;
}
