/** Memory of a virtual processor by a class's first letter, GiB: RDS User Guide, "DB instance classes". */
const perProcessor: Record<string, number> = { c: 2, m: 4, r: 8, x: 16 };
/** Memory of the burstable classes, GiB. */
const burstable: Record<string, number> = { micro: 1, small: 2, medium: 4, large: 8 };

/** Whether a class earns processor credits, such as db.t4g.medium. */
export function isBurstable(instanceClass: string): boolean {
  return instanceClass.startsWith("db.t");
}

/** Memory of an instance class, GiB; of one that has more than its family's usual, that. */
export function memoryGib(instanceClass: string): number {
  const [, family, size] = instanceClass.split(".") as [string, string, string];
  const larger = size.endsWith("xlarge") ? 2 * (parseInt(size, 10) || 1) : undefined;
  if (isBurstable(instanceClass))
    return larger === undefined ? burstable[size]! : burstable.large! * larger;
  const processors = larger === undefined ? { medium: 1, large: 2 }[size]! : 2 * larger;
  return processors * perProcessor[family[0]!]!;
}
