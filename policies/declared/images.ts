import { images, type ImagePin } from "../../upstream/upstream";
import { show } from "../model/expectation";

/** Those that this project builds: their version is the configuration's. */
const built = ["backend", "frontend", "backup", "pooler"];

/**
 * An image in a registry of ours, whose images are immutable, scanned and copied to the recovery
 * Region. No other is declared: a recovery may ask nobody but AWS.
 */
const ours =
  /^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com\/mini-xdr\/([a-z0-9-]+):([\w.-]+)(?:@(sha256:[0-9a-f]{64}))?$/;

/** Earlier poolers neither drain on SIGTERM nor keep their socket open meanwhile. */
const drains = /^1\.(2[5-9]|[3-9]\d)\./;

/**
 * What is wrong with an image, as one clause; undefined when it is declared. Before one of others has
 * been mirrored nobody knows its digest: then any is, and none.
 */
export function undeclaredImage(
  image: unknown,
  pins: Record<string, ImagePin> = images,
): string | undefined {
  const [, name, tag, digest = ""] = ours.exec(String(image)) ?? [];
  if (name && built.includes(name)) return undefined;
  const pin = name && Object.hasOwn(pins, name) ? pins[name] : undefined;
  if (!pin) return `image is ${show(image)}; no repository of our registry is declared for it`;
  if (tag !== pin.tag || (pin.digest !== "" && digest !== pin.digest))
    return `image is ${show(image)}; upstream/pins.json has ${pin.tag} ${pin.digest}`.trim();
  if (name === "pgbouncer" && !drains.test(tag))
    return `image is ${show(image)}; a pooler before 1.25 does not drain`;
  return undefined;
}
