// Runs an image's start command behind a proxy that breaks one thing: `NAME PROGRAM ARGUMENT…`.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { Mutated } from "./mutated";
import { steered } from "./steered-mutants";

async function main([name = "", program = "", ...args]: string[]): Promise<void> {
  const { mutant, onTerm, exitCode } = steered[name]!;
  const port = await freePort();
  const env = { ...process.env, PORT: String(port) };
  // It goes with its guardian, also when that is killed.
  const guarded = ["--pdeathsig", "KILL", program, ...args];
  const child = spawn("setpriv", guarded, { env, stdio: "inherit" });
  process.on("SIGTERM", () => (onTerm === "die" ? process.exit(0) : child.kill("SIGTERM")));
  child.once("exit", (code) => process.exit(exitCode ?? code ?? 1));
  await Mutated.before(`http://127.0.0.1:${port}`, mutant ?? {}, Number(process.env.PORT));
}

async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

void main(process.argv.slice(2));
