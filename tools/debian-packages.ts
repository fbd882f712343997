import { output } from "../lib/processes";
import type { Progress } from "./source";

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
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const install = ["install", "-qq", "--yes", "--no-install-recommends", ...missing];
  try {
    await output("apt-get", ["update", "-qq"], { env });
    await output("apt-get", install, { env });
  } catch {
    // No apt, or no mirror: the caller looks for what it needs and names what is missing.
  }
}

async function isInstalled(name: string): Promise<boolean> {
  const query = ["--show", "--showformat=${Status}", name];
  const status = await output("dpkg-query", query).catch(() => "");
  return status.endsWith("ok installed");
}
