import { chown } from "node:fs/promises";

/** PostgreSQL refuses to run as root, and the image does not: as root, everything runs as nobody. */
export const unprivileged: { uid?: number; gid?: number } =
  process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

/** Gives a folder to the user that the tests' programs run as. */
export async function handOver(folder: string): Promise<void> {
  if (unprivileged.uid !== undefined) await chown(folder, unprivileged.uid, unprivileged.gid!);
}
