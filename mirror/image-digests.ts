import { UsageError } from "../lib/ends";

/**
 * A stack's settings file with other images: nothing else of it is touched, comments and order included.
 *
 * @param images `TAG@sha256:DIGEST` by the name in `mini-xdr:images`
 * @throws UsageError when an image has no line of its own there.
 */
export function withImages(settings: string, images: Record<string, string>): string {
  const lines = settings.split("\n");
  const start = lines.findIndex((line) => /^\s+mini-xdr:images:\s*$/.test(line));
  const indent = depthOf(lines[start] ?? "");
  const after = lines.findIndex((line, at) => at > start && line.trim() && depthOf(line) <= indent);
  const end = after === -1 ? lines.length : after;
  for (const [name, image] of Object.entries(images)) {
    const at = lines.findIndex(
      (line, at) => at > start && at < end && line.trim().startsWith(`${name}:`),
    );
    if (start === -1 || at === -1)
      throw new UsageError(`mini-xdr:images.${name}: the settings have no line for it; add one`);
    lines[at] = `${" ".repeat(depthOf(lines[at]!))}${name}: ${image}`;
  }
  return lines.join("\n");
}

function depthOf(line: string): number {
  return line.length - line.trimStart().length;
}
