import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { tool } from "../../../../tools";

const execute = promisify(execFile);

/** Folder of PostgreSQL 15's programs. */
export async function postgresFolder(): Promise<string> {
  return dirname(await tool("postgres"));
}

/** moto's server, installed once from its pinned requirements into the user's cache. */
export async function motoServer(): Promise<string> {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  const folder = join(cache, "mini-xdr", "tools", "moto-5.2.5");
  const program = join(folder, "bin", "moto_server");
  if (existsSync(program)) return program;
  try {
    await execute("python3", ["-m", "venv", folder]);
    const pip = join(folder, "bin", "pip");
    const requirements = join(__dirname, "moto-requirements.txt");
    await execute(pip, ["install", "--quiet", "--requirement", requirements], { timeout: 300_000 });
  } catch (error) {
    const reason = (error as Error).message.split("\n")[0];
    throw new Error(`moto cannot be installed (${reason}): install Python 3 with venv`, {
      cause: error,
    });
  }
  return program;
}

/** Runs a program to its end. */
export function run(
  file: string,
  args: string[],
  options: {
    env?: NodeJS.ProcessEnv;
    uid?: number;
    gid?: number;
    input?: string;
    cwd?: string;
  } = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const { input, ...rest } = options;
    const child = spawn(file, args, { ...rest, stdio: "pipe" });
    const result = { code: 1, stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => (result.stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (result.stderr += text));
    child.on("error", reject);
    child.on("close", (code) => resolve({ ...result, code: code ?? 1 }));
    child.stdin.on("error", () => {}).end(input);
  });
}
