import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Progress } from "./source";

const execute = promisify(execFile);

/**
 * Installs those of Debian's packages that are missing, where this process may: as root, with apt.
 * Anywhere else it does nothing, and whoever needs them says what to install.
 */
export async function installPackages(names: string[], progress: Progress): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const missing: string[] = [];
  for (const name of names) if (!(await isInstalled(name))) missing.push(name);
  if (missing.length === 0) return;
  progress(`apt-get install ${missing.join(" ")}`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  try {
    await execute("apt-get", ["update", "-qq"], { env });
    await execute("apt-get", ["install", "-qq", "--yes", "--no-install-recommends", ...missing], {
      env,
      maxBuffer: 1 << 26,
    });
  } catch {
    // No apt, or no mirror: the caller looks for what it needs and names what is missing.
  }
}

async function isInstalled(name: string): Promise<boolean> {
  try {
    const { stdout } = await execute("dpkg-query", ["--show", "--showformat=${Status}", name]);
    return stdout.endsWith("ok installed");
  } catch {
    return false;
  }
}
