import { at, type Properties } from "../model/resource";

/** Where a chart takes an image from, and what it runs where no value says otherwise. */
export interface ChartImage {
  /** Path of its values, such as `grafana.image`. */
  path: string;
  registry: string;
  repository: string;
  tag: string;
  /** By which key it takes a digest, and what it writes before it; absent: it takes none. */
  digest?: [key: "sha" | "digest", prefix: "sha256:" | ""];
  /** Written after the tag while a switch of that name is on, as it is by itself. */
  variant?: "distroless";
  /** Switch that is on by itself; with it off, nothing runs the image. */
  unless?: string;
}

/** The image that a chart's pods run with these values. */
export function imageWith(values: Properties, image: ChartImage): string {
  const own = (key: string) => at(values, `${image.path}.${key}`);
  const [key, prefix] = image.digest ?? [];
  const digest = key && own(key);
  const registry = at(values, "global.imageRegistry") || (own("registry") ?? image.registry);
  const repository = own("repository") ?? image.repository;
  const variant = image.variant && own(image.variant) !== false ? `-${image.variant}` : "";
  return [
    image.registry === "" ? "" : `${text(registry)}/`,
    `${text(repository)}:${text(own("tag") ?? image.tag)}${variant}`,
    digest ? `@${prefix}${text(digest)}` : "",
  ].join("");
}

/** Every image that a chart's pods run with these values. */
export function imagesWith(values: Properties, images: ChartImage[]): string[] {
  return images
    .filter(({ unless }) => unless === undefined || at(values, unless) !== false)
    .map((image) => imageWith(values, image));
}

/** What is not known yet stands in an image's name as a word that no registry is called by. */
function text(value: unknown): string {
  return typeof value === "string" ? value : "(unknown)";
}
