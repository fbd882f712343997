import { mkdir, readdir, symlink } from "node:fs/promises";
import path from "node:path";
import { output } from "../lib/processes";
import type { Progress } from "./source";

/** Those of Debian's packages that are missing here, where this process may install them: as root. */
export async function missing(names: string[]): Promise<string[]> {
  if (process.getuid?.() !== 0) return [];
  const found: string[] = [];
  for (const name of names) if (!(await isInstalled(name))) found.push(name);
  return found;
}

/**
 * Installs those of Debian's packages that are missing, where this process may: as root, with apt.
 * Anywhere else it does nothing, and whoever needs them says what to install.
 */
export async function installPackages(names: string[], progress: Progress): Promise<void> {
  const wanted = await missing(names);
  if (wanted.length === 0) return;
  progress(`apt-get install ${wanted.join(" ")}`);
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const install = ["install", "-qq", "--yes", "--no-install-recommends", ...wanted];
  try {
    await output("apt-get", ["update", "-qq"], { env });
    await output("apt-get", install, { env });
  } catch {
    // No apt, or no mirror: the caller looks for what it needs and names what is missing.
  }
}

/**
 * Downloads packages to `folder`, verified by apt, and returns the paths of their archives. Nothing
 * is installed; as root the package lists are fetched first where there are none.
 */
export async function downloadPackages(names: string[], folder: string): Promise<string[]> {
  // apt's own unprivileged user may not write to a folder of ours.
  const args = ["download", "-qq", "-o", "APT::Sandbox::User=root", ...names];
  const get = () => output("apt-get", args, { cwd: folder });
  await get().catch(async (error: Error) => {
    if (process.getuid?.() !== 0) throw error;
    await output("apt-get", ["update", "-qq"]);
    await get();
  });
  const files = await readdir(folder);
  return files.filter((file) => file.endsWith(".deb")).map((file) => path.join(folder, file));
}

/** Unpacks packages over `root`, in Debian's layout of today: /bin, /lib and /sbin are in /usr. */
export async function unpackPackages(archives: string[], root: string): Promise<void> {
  for (const name of ["bin", "lib", "lib64", "sbin"]) {
    await mkdir(path.join(root, "usr", name), { recursive: true });
    await symlink(`usr/${name}`, path.join(root, name));
  }
  // dpkg-deb's own --extract would put folders in place of these links.
  const unpack = 'dpkg-deb --fsys-tarfile "$1" | tar -x --keep-directory-symlink -C "$2"';
  for (const archive of archives) await output("sh", ["-c", unpack, "sh", archive, root]);
}

async function isInstalled(name: string): Promise<boolean> {
  const query = ["--show", "--showformat=${Status}", name];
  const status = await output("dpkg-query", query).catch(() => "");
  return status.endsWith("ok installed");
}
