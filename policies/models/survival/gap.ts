import type { Resource } from "../../model/resource";

/** Where a path ends. */
export interface Gap {
  /** The object that it ends at; undefined where there is none at all. */
  resource: Resource | undefined;
  /** What does not reach what: `users reach no page`. */
  path: string;
  /** The clause that says why, and names the object. */
  because: string;
}

/** A path that ends at a resource, because of what the resource is or does. */
export function gapAt(resource: Resource, path: string, because: string): Gap {
  return { resource, path, because: `${resource.name} ${because}` };
}

/** What makes two gaps the same. */
export function keyOf({ path, because }: Gap): string {
  return `${path}, because ${because}`;
}
