import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { output } from "../../lib/processes";
import { tool } from "../../tools";
import { archive, type ImageConfig } from "./oci";

/** What one stage adds to its base. */
export interface Built {
  /** The archive of the stage's layer. */
  layer: string;
  config: ImageConfig;
}

/**
 * Builds a Dockerfile's last stage with buildah: every instruction as it stands, its commands as root
 * in a chroot on the base, with this machine's network. All is in `work`, and mounts end with it.
 *
 * @param text the stage's instructions without its `FROM`.
 * @param base an OCI archive to build on.
 * @param sources folders for `COPY --from=NAME`.
 */
export async function buildFinalStage(
  text: string,
  base: string,
  context: string,
  sources: Record<string, string>,
  work: string,
): Promise<Built> {
  await mkdir(work, { recursive: true });
  const file = path.join(work, "Dockerfile");
  await writeFile(file, `FROM oci-archive:${base}\n${text}\n`);
  const policy = path.join(work, "policy.json");
  await writeFile(policy, '{"default":[{"type":"insecureAcceptAnything"}]}');
  const named = Object.entries(sources).map(([name, from]) => `--build-context=${name}=${from}`);
  const out = path.join(work, "out");
  await buildah(work, [
    "build",
    `--signature-policy=${policy}`,
    "--isolation=chroot",
    "--network=host",
    "--timestamp=0",
    ...named,
    `--file=${file}`,
    "--tag=localhost/built",
    context,
  ]);
  await buildah(work, ["push", `--signature-policy=${policy}`, "localhost/built", `dir:${out}`]);
  const blob = (digest: string) => path.join(out, digest.replace("sha256:", ""));
  const json = async (name: string) => JSON.parse(await readFile(name, "utf8")) as Manifest & Image;
  const manifest = await json(path.join(out, "manifest.json"));
  const { config } = await json(blob(manifest.config.digest));
  const layer = path.join(work, "layer.tar");
  await settle(blob(manifest.layers.at(-1)!.digest), path.join(work, "layer"), layer);
  return { layer, config };
}

interface Manifest {
  config: { digest: string };
  layers: { digest: string }[];
}

interface Image {
  config: ImageConfig;
}

/** buildah starts itself anew without our environment, so its libraries lie over /usr, for it alone. */
async function buildah(work: string, args: string[]): Promise<void> {
  const program = await tool("buildah");
  const usr = path.resolve(program, "../..");
  const storage = [
    "--storage-driver=overlay",
    "--root",
    `${work}/store`,
    "--runroot",
    `${work}/run`,
  ];
  const script =
    'mount -t overlay overlay -o "lowerdir=$1:/usr" /usr && shift && exec buildah "$@"';
  const configuration = path.join(work, "empty.conf");
  await writeFile(configuration, "");
  const env = {
    CONTAINERS_CONF: configuration,
    CONTAINERS_STORAGE_CONF: configuration,
    CONTAINERS_REGISTRIES_CONF: configuration,
    TMPDIR: work,
  };
  const inside = ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
  const command = ["sh", "-c", script, "sh", usr, ...storage, ...args];
  await output("unshare", [...inside, "--propagation=private", ...command], { env });
}

/** What a build writes that differs every time: logs, caches, and a key that would be everybody's. */
const fleeting = [
  "var/cache/ldconfig",
  "var/cache/apt",
  "var/cache/debconf",
  "var/lib/apt/lists",
  "var/lib/apt/extended_states",
  "etc/ssl/private/ssl-cert-snakeoil.key",
  "etc/ssl/certs/ssl-cert-snakeoil.pem",
  "etc/passwd-",
  "etc/group-",
  "etc/shadow-",
  "etc/gshadow-",
];

/** Writes the layer again without what is fleeting, so that two builds are the same bytes. */
async function settle(from: string, folder: string, to: string): Promise<void> {
  await mkdir(folder);
  await output("tar", ["-xpf", from, "--numeric-owner", "-C", folder]);
  await output("find", [path.join(folder, "var/log"), "-type", "f", "-delete"]).catch(noFolder);
  // A link by the digest of the certificate that goes with the key.
  const links = ["-lname", "ssl-cert-snakeoil.pem", "-delete"];
  await output("find", [path.join(folder, "etc/ssl/certs"), ...links]).catch(noFolder);
  for (const name of fleeting) await rm(path.join(folder, name), { recursive: true, force: true });
  await dateAccounts(path.join(folder, "etc/shadow"));
  await archive(folder, to);
}

function noFolder(error: Error): void {
  if (!error.message.includes("No such file")) throw error;
}

/** An account's password was last changed on the day of the build; here on the first of all days. */
async function dateAccounts(shadow: string): Promise<void> {
  const there = await stat(shadow).catch(() => undefined);
  if (!there) return;
  const text = await readFile(shadow, "utf8");
  await writeFile(shadow, text.replace(/^([^:]*:[^:]*):\d+:/gm, "$1:1:"));
}
