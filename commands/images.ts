import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { commandLine, optionsOf } from "../lib/command-line";
import { ends, UsageError } from "../lib/ends";
import { output } from "../lib/processes";
import { registryLogin } from "../lib/registry-login";
import { untilStopped } from "../lib/signals";
import { hostOf } from "../mirror/account";
import { withImages } from "../mirror/image-digests";
import { Registry } from "../mirror/registry";
import { readStackSettings } from "../plan/stack-settings";
import type { Launch } from "./launch";

interface Options {
  stack: string;
  archives: string;
  tag: string;
  sign?: boolean;
}

export const command = commandLine(
  "images",
  "Push built images, and write their digests into the stack's settings.",
  "an image could not be pushed or signed",
)
  .requiredOption("--stack <name>", "the stack whose registry and settings these are")
  .requiredOption("--archives <folder>", "where NAME.tar of each image is")
  .requiredOption("--tag <tag>", "tag of all of them; one that is given stays where it is")
  .option("--sign", "sign each by cosign, as the workflow that this is");

/**
 * `npm run images`: sends the images of `docker save`, NAME.tar each, to the registry of the account
 * whose credentials are used, and writes their digests into the stack's settings.
 */
export async function main(args: string[], { root }: Launch): Promise<number> {
  const { stack, archives, tag, sign } = optionsOf<Options>(command, args);
  const { config } = readStackSettings(root, stack);
  const names = archivesIn(archives);
  const registry = new Registry(await hostOf(config["aws:region"]), untilStopped());
  const images: Record<string, string> = {};
  for (const name of names) {
    const repository = `mini-xdr/${name}`;
    const digest = await registry.push(path.join(archives, `${name}.tar`), repository, tag);
    const reference = `${registry.host}/${repository}@${digest}`;
    if (sign) await output("cosign", ["sign", "--yes", reference], { env: registryLogin() });
    images[name] = `${tag}@${digest}`;
    console.log(`${sign ? "signed" : "pushed"} ${reference}`);
  }
  const settings = path.join(root, `Pulumi.${stack}.yaml`);
  writeFileSync(settings, withImages(readFileSync(settings, "utf8"), images));
  return ends.done;
}

function archivesIn(folder: string): string[] {
  try {
    const names = readdirSync(folder).flatMap((file) => /^([\w-]+)\.tar$/.exec(file)?.[1] ?? []);
    if (names.length > 0) return names.sort();
  } catch {
    // Said below.
  }
  throw new UsageError(`--archives: ${folder}: no NAME.tar is in it`);
}
