/** Every so many broken images of a group are checked; all of them with EVERY_IMAGE=1. */
const step = process.env.EVERY_IMAGE ? 1 : 3;

/** Of each group of clauses, by the clause that is meant, the first image and every third after it. */
export function sampled<T extends { names: string[] }>(images: Record<string, T>): [string, T][] {
  const met = new Map<string, number>();
  return Object.entries(images).filter(([, { names }]) => {
    const group = names[0]!.split(".")[0]!;
    const place = met.get(group) ?? 0;
    met.set(group, place + 1);
    return place % step === 0;
  });
}
