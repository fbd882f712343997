/**
 * What RDS sets by itself in a family of parameter groups, from a major version of PostgreSQL on.
 * Stated once more it stays AWS's own ("system" or "engine-default"), and the provider, which reads
 * back what is the user's, plans it again in every preview (terraform-provider-aws#23335,
 * rds/cluster_parameter_group.go; of an instance's group the apply method differs for good, #18035).
 *
 * `rds.force_ssl`: RDS User Guide, "Working with parameters on your RDS for PostgreSQL DB instance".
 * `password_encryption`: RDS User Guide, "Using SCRAM for PostgreSQL password encryption".
 */
export const familyDefaults: Record<string, { value: string; since: number }> = {
  "rds.force_ssl": { value: "1", since: 15 },
  password_encryption: { value: "scram-sha-256", since: 14 },
};

/** Whether a parameter group's family already has that value; false for what is not in the table. */
export function isFamilyDefault(family: unknown, name: string, value: unknown): boolean {
  const found = Object.hasOwn(familyDefaults, name) ? familyDefaults[name] : undefined;
  const major = Number(/^postgres(\d+)$/.exec(String(family))?.[1]);
  return found !== undefined && found.value === value && major >= found.since;
}
