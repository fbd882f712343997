import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/**
 * Runs a program that gets SIGTERM before it has loaded anything. Without a handler it dies of it
 * here; as process 1 of a container it would never hear of it.
 *
 * @returns its exit code; null where it had no handler
 */
export async function earlySignal(program: string, env: NodeJS.ProcessEnv): Promise<number | null> {
  const preload = join(__dirname, "early-signal.cjs");
  const child = spawn(process.execPath, ["--require", preload, program], { env, stdio: "ignore" });
  const [code] = (await once(child, "exit")) as [number | null];
  return code;
}
