import type { Outputs, PlannedStep } from "./engine";

/** Components whose resources outlive a cluster (docs/decisions/0001). */
const data = [
  "Network",
  "Keys",
  "Credentials",
  "Notifications",
  "Database",
  "Cache",
  "Backups",
  "Edge",
  "Registry",
  "Alarms",
];

/** @throws when the engine plans to delete or replace what has to outlive the cluster. */
export function requireDataUntouched(steps: PlannedStep[]): void {
  const touched = steps.filter(
    ({ op, urn }) => /delete|replace/.test(op) && data.includes(componentOf(urn)),
  );
  if (touched.length > 0)
    throw new Error(
      `the engine would ${touched.map(({ op, urn }) => `${op} ${urn.split("::").at(-1)}`).join(", ")}: that is no rebuild of a cluster; look at npx pulumi preview`,
    );
}

/** @throws when an address that users or clients know has changed. */
export function requireSameAddresses(before: Outputs, after: Outputs): void {
  for (const name of ["url", "loadBalancerDnsName", "databaseWriterHost"] as const)
    if (before[name] !== after[name])
      throw new Error(`${name} has changed from ${before[name]} to ${after[name]}`);
}

/** Name of the outermost component in a URN's chain of types. */
function componentOf(urn: string): string {
  const chain = urn.split("::")[2] ?? "";
  return /^mini-xdr:index:(\w+)/.exec(chain)?.[1] ?? "";
}
