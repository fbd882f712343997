import { stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { UsageError } from "./errors";
import { Progress, type Log } from "./log";
import type { StoredFile } from "./manifest";
import { outputOf } from "./programs";
import type { Vault } from "./vault";

/**
 * Archives folders as one `state/archives/TIME/state.tar.gz`, its manifest last. The vault keeps it for 90 days.
 */
export async function archiveState(
  vault: Vault,
  folders: string[],
  log: Log,
  signal: AbortSignal,
): Promise<StoredFile> {
  for (const folder of folders)
    if (!(await stat(folder).catch(() => undefined))?.isDirectory())
      throw new UsageError(`state ${folder}: no such folder; name folders that exist`);
  const at = new Date();
  const into = `state/archives/${at.toISOString().slice(0, 19).replaceAll(":", "-")}Z/`;
  const sources = folders.flatMap((folder) => ["--directory", dirname(folder), basename(folder)]);
  // A mounted ConfigMap is links into a folder that Kubernetes exchanges; its name begins with "..".
  const plain = ["--dereference", "--exclude=..*"];
  const archive = outputOf("tar", ["--create", "--gzip", ...plain, ...sources], signal);
  const stored = await vault.upload(`${into}state.tar.gz`, archive, {
    progress: new Progress(log, "archived"),
    signal,
  });
  const manifest = { version: 1, at: at.toISOString(), folders, archive: stored };
  await vault.put(`${into}manifest.json`, `${JSON.stringify(manifest, null, 2)}\n`);
  log.info("complete", { key: stored.key, bytes: stored.bytes });
  return stored;
}
