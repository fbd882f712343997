import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import spawn, { type SubprocessError } from "nano-spawn";
import type { Result } from "../../../lib/processes";
import { command } from "../../support/command";
import { root } from "../../support/planned";
import { newFolder } from "../../images/backup/support/folder";

/** What a scripted program answers: the first whose pattern its arguments match. */
export interface Answer {
  when: string;
  stdout?: string;
  stderr?: string;
  /** -1: it never ends by itself. */
  code?: number;
}

/** One call of a scripted program. */
export interface Call {
  program: string;
  args: string;
  /** Whether the dangerous variable was set for this call. */
  deleteUnreachable: string | null;
  stdin: string;
}

/**
 * Stand-ins for `pulumi`, `kubectl` and `aws`, those that have answers: scripts that write down how they are called and
 * print what the test told them to. They prove the order and the arguments of the calls, and
 * nothing about what the real programs do.
 */
export class StandIns {
  private constructor(
    private readonly folder: string,
    /** Folder of the scripts alone, for a PATH. */
    readonly bin: string,
  ) {}

  /** Puts them before the programs of the same names. */
  get environment(): NodeJS.ProcessEnv {
    return { PATH: `${this.bin}:${process.env.PATH}` };
  }

  /** @param folder for the scripts and what they write down; by default a new one. */
  static async make(answers: Record<string, Answer[]>, folder?: string): Promise<StandIns> {
    folder ??= await newFolder();
    const bin = join(folder, "bin");
    await mkdir(bin);
    await writeFile(join(folder, "answers.json"), JSON.stringify(answers));
    await writeFile(join(folder, "calls"), "");
    for (const program of Object.keys(answers)) {
      await writeFile(join(bin, program), script(program, folder));
      await chmod(join(bin, program), 0o755);
    }
    return new StandIns(folder, bin);
  }

  async calls(program?: string): Promise<Call[]> {
    const lines = (await readFile(join(this.folder, "calls"), "utf8")).split("\n").filter(Boolean);
    const calls = lines.map((line) => JSON.parse(line) as Call);
    return calls.filter((call) => !program || call.program === program);
  }
}

function script(program: string, folder: string): string {
  return `#!${process.execPath}
const fs = require("fs");
const args = process.argv.slice(2).join(" ");
const needsInput = /stack import|--filename=-/.test(args);
const stdin = needsInput ? fs.readFileSync(0, "utf8") : "";
const { PULUMI_K8S_DELETE_UNREACHABLE: deleteUnreachable = null } = process.env;
fs.appendFileSync(${JSON.stringify(join(folder, "calls"))}, JSON.stringify({ program: "${program}", args, deleteUnreachable, stdin }) + "\\n");
const answers = JSON.parse(fs.readFileSync(${JSON.stringify(join(folder, "answers.json"))}, "utf8"))["${program}"] ?? [];
const answer = answers.find(({ when }) => new RegExp(when).test(args)) ?? {};
fs.writeSync(1, answer.stdout ?? "");
fs.writeSync(2, answer.stderr ?? "");
// A wait that would last indefinitely.
if (answer.code === -1) setTimeout(() => {}, 2 ** 30);
else process.exit(answer.code ?? 0);
`;
}

/** Runs one of the project's commands as npm does. */
export function runCommand(
  script: string,
  args: string[],
  env: NodeJS.ProcessEnv,
  input = "",
): Promise<Result> {
  return command(script, args, { input, env: { ...quiet, ...env } });
}

/** Ends a command by Ctrl-C, as a terminal and npm do: twice, once it has printed `at`. */
export async function interruptCommand(
  script: string,
  args: string[],
  env: NodeJS.ProcessEnv,
  input: string,
  at: RegExp,
): Promise<Result> {
  const running = spawn(process.execPath, [launcher, script, ...args], {
    cwd: root,
    env: { ...quiet, ...env },
  });
  const child = await running.nodeChildProcess;
  child.stdin!.write(input);
  let seen = "";
  child.stdout!.on("data", (text: string) => {
    if (at.test(seen)) return;
    seen += text;
    if (!at.test(seen)) return;
    child.kill("SIGINT");
    setTimeout(() => child.kill("SIGINT"), 20);
  });
  const { stdout, stderr } = await running.catch((error: SubprocessError) => error);
  return { code: child.exitCode ?? -1, stdout, stderr };
}

const launcher = join(root, "commands/run.cjs");
const quiet = {
  NODE_NO_WARNINGS: "1",
  AWS_ACCESS_KEY_ID: "testing",
  AWS_SECRET_ACCESS_KEY: "testing",
};

/** The stack's outputs as the program exports them. */
export function outputs(url: string, topology: "cluster" | "instance" = "cluster") {
  return {
    url,
    loadBalancerDnsName: "mini-xdr-prod.eu-central-1.elb.amazonaws.com",
    databaseIdentifier: "mini-xdr-prod",
    databaseTopology: topology,
    databaseArn: "arn:aws:rds:eu-central-1:111122223333:cluster:mini-xdr-prod",
    databaseWriterHost: "mini-xdr-prod.eu-central-1.rds.amazonaws.com",
    eksClusterName: "mini-xdr-prod",
    regions: { primary: "eu-central-1", recovery: "eu-west-1" },
  };
}
