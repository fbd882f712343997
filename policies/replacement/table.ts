import { at, type Properties } from "../model/resource";
import { awsData } from "./aws-data";
import { awsNetwork } from "./aws-network";
import { consequenceOf, type Consequence, type TypeEffects } from "./effects";
import { ownObjects } from "./kubernetes";

/**
 * The providers whose source the table was read from. Another version is to be read again: the test of
 * this table fails until it has been.
 *
 * What is inside @pulumi/aws 7.48.0 is terraform-provider-aws 6.6x with pulumi-aws's own patches; its
 * files were read at revisions of 6.x up to 6.36, as no later ones could be had, and `rds/instance.go`
 * at one of 4.x. Of pulumi-kubernetes, commit 94977969 (between 4.32 and 4.33) was read.
 */
export const readAt: Record<string, string> = {
  "@pulumi/aws": "7.48.0",
  "@pulumi/eks": "4.3.0",
  "@pulumi/kubernetes": "4.34.2",
  "@pulumi/random": "4.21.2",
};

const drawn: TypeEffects = {
  source: "@pulumi/random, randomPassword.d.ts: keepers",
  replace: ["keepers"],
  inPlace: [],
};

/** Which change replaces what, by type. What is not here may be replaced by any. */
export const replacement: Record<string, TypeEffects> = {
  ...awsData,
  ...awsNetwork,
  ...ownObjects,
  "random:index/randomId:RandomId": drawn,
  "random:index/randomPassword:RandomPassword": drawn,
};

/** What a change at a path of a resource's inputs does to it. */
export function consequence(
  type: string,
  path: (string | number)[],
  before: Properties,
  after: Properties,
): Consequence {
  return consequenceOf(replacement[type], path, (name) => ({
    before: at(before, name),
    after: at(after, name),
  }));
}

/** Properties, by their first step, for which a resource is certainly replaced. */
export function replacedFor(
  type: string,
  changed: string[],
  before: Properties,
  after: Properties,
): string[] {
  if (!replacement[type]) return [];
  return changed.filter((name) => consequence(type, [name], before, after).effect === "replace");
}
