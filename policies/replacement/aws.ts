import type { Condition, TypeEffects } from "./effects";

/** A type's effects, its source below `internal/service` of terraform-provider-aws. */
export type AwsEffects = TypeEffects;

/** Another Region than before; where one of the two is not told, it may be the stack's own. */
const region: Condition = {
  says: "that is another Region than the stack's",
  holds: (before, after) => before !== undefined && after !== undefined,
};

/**
 * With what holds for every type of the provider: tags change in place, a Region never does
 * (forceNewIfRegionChanges in internal/provider).
 */
export function aws(types: Record<string, AwsEffects>): Record<string, TypeEffects> {
  return Object.fromEntries(
    Object.entries(types).map(([type, effects]) => [
      type,
      {
        ...effects,
        source: `hashicorp/terraform-provider-aws, internal/service/${effects.source}`,
        inPlace: [...effects.inPlace, "tags"],
        may: { ...effects.may, region },
      },
    ]),
  );
}

/** Properties of which nobody has read what the provider does. */
export function unread(...properties: string[]): Record<string, Condition> {
  const says = "the provider cannot update it, which nobody has read";
  return Object.fromEntries(properties.map((property) => [property, { says }]));
}

/** Whether a version such as 8.1 is lower than another. */
export function isLower(version: unknown, than: unknown): boolean {
  return ordinal(version) < ordinal(than);
}

function ordinal(version: unknown): number {
  const [major = 0, minor = 0] = String(version).split(".").map(Number);
  return major * 1000 + minor;
}
