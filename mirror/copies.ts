import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Failure } from "../lib/ends";
import { chartPath, type ChartPin, type ImagePin } from "../upstream/upstream";
import { fetchArchive } from "./archive";
import { Artifacts, tagOf, type Artifact } from "./artifacts";
import { Registry } from "./registry";

/** One chart or image that the stack's registry has to have. */
export interface Copy {
  kind: "charts" | "images";
  name: string;
  /** Its path below the registry's prefix. */
  path: string;
  tag: string;
  /** Empty while it has never been copied. */
  digest: string;
  /** Brings what its publishers have within reach, by its digest. @throws Failure */
  source(): Promise<Artifact>;
  /** Whether a manifest, found under the tag in the registry, is made of what is pinned. @throws Failure */
  isMadeOf(manifest: string, digest: string): Promise<boolean>;
}

/** A chart: its archive, verified, becomes an artifact on this machine first. */
export function chartCopy(
  name: string,
  pin: ChartPin,
  artifacts: () => Promise<Artifacts>,
  signal: AbortSignal,
): Copy {
  return {
    kind: "charts",
    name,
    path: chartPath(name),
    tag: tagOf(pin.version),
    digest: pin.digest,
    source: async () => {
      const folder = await mkdtemp(path.join(tmpdir(), "mini-xdr-chart-"));
      try {
        const archive = await fetchArchive(name, pin, folder, signal);
        const artifact = await (await artifacts()).chart(archive, name);
        if (pin.digest === "" || artifact.digest === pin.digest) return artifact;
        throw new Failure(
          `the pinned archive of ${name} is ${artifact.digest} as an artifact, and not ${pin.digest}: another Helm made that one`,
        );
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
    isMadeOf: async (manifest) => manifest.includes(`"${pin.archive}"`),
  };
}

/** An image. A tag is asked once, for the digest that is then pinned; nothing is copied by it. */
export function imageCopy(name: string, pin: ImagePin, signal: AbortSignal): Copy {
  const [host = "", ...rest] = pin.source.split("/");
  const publishers = new Registry(host, signal);
  const published = async () => {
    if (pin.digest !== "") return pin.digest;
    const found = await publishers.find(rest.join("/"), `:${pin.tag}`);
    if (typeof found === "string") throw new Failure(`${pin.source}:${pin.tag}: ${found}`);
    return found.digest;
  };
  return {
    kind: "images",
    name,
    path: name,
    tag: pin.tag,
    digest: pin.digest,
    source: async () => ({ source: pin.source, digest: await published() }),
    isMadeOf: async (_, digest) => digest === (await published()),
  };
}
