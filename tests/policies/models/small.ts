import { noOptions, type Properties, type Resource } from "../../../policies/model/resource";
import type { Settings } from "../../../policies/model/settings";

/** What small stacks are judged by. */
export const settings: Settings = {
  root: "",
  stack: "small",
  tier: "enterprise",
  exemptions: [],
  today: "2026-01-01",
};

/** A resource of a small stack; `behind` says what determines which property. */
export function made(
  type: string,
  name: string,
  properties: Properties = {},
  behind: Record<string, Resource[]> = {},
  more: Partial<Resource> = {},
): Resource {
  const propertyDependencies = Object.fromEntries(
    Object.entries(behind).map(([key, found]) => [key, found.map(({ urn }) => urn)]),
  );
  return {
    urn: `urn:pulumi:small::mini-xdr::${type}::${name}`,
    type,
    name,
    properties,
    protect: true,
    ignoreChanges: [],
    options: noOptions,
    parent: undefined,
    provider: undefined,
    deletedWith: undefined,
    dependencies: Object.values(propertyDependencies).flat(),
    propertyDependencies,
    release: undefined,
    ofPlugin: false,
    ...more,
  };
}

/** An object of a release. */
export function deployed(release: Resource, type: string, name: string, body: object): Resource {
  const [namespace, own] = name.split("/");
  const metadata = { name: own, namespace, ...(body as { metadata?: object }).metadata };
  const more = { urn: release.urn, release: release.urn };
  return made(`kubernetes:${type}`, name, { ...body, metadata }, {}, more);
}

/** How one link is taken away or spoilt, and how a break names it. */
export interface Spoil {
  says: string;
  /** Link and object, as every break has to say after the fault or datum. */
  link: RegExp;
  /** The resource that is changed: by its type's end and, if there are more, its name's. */
  of: [type: string, name?: string];
  /** Only of stacks that also have such a type. */
  beside?: string;
  /** Undefined: it is gone. */
  change(resource: Resource): Resource | undefined;
}

/** The resources with every one that is meant spoilt; undefined where there is none of them. */
export function spoilt(
  resources: Resource[],
  { of, beside, change }: Spoil,
): Resource[] | undefined {
  const [type, name = ""] = of;
  if (beside && !resources.some((resource) => resource.type.endsWith(`:${beside}`)))
    return undefined;
  const isMeant = (resource: Resource) =>
    resource.type.endsWith(`:${type}`) && resource.name.endsWith(name);
  if (!resources.some(isMeant)) return undefined;
  return resources.flatMap((resource) => (isMeant(resource) ? (change(resource) ?? []) : resource));
}

export const gone = () => undefined;

/** Without what determines a property: what is left is a literal. */
export const literal = (property: string) => (resource: Resource) => ({
  ...resource,
  propertyDependencies: { ...resource.propertyDependencies, [property]: [] },
});
