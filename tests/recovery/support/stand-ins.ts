import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { root } from "../../support/planned";
import { newFolder } from "../../images/backup/support/folder";
import { run } from "../../images/backup/support/programs";

/** What a scripted program answers: the first whose pattern its arguments match. */
export interface Answer {
  when: string;
  stdout?: string;
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
 * Stand-ins for `pulumi`, `kubectl` and `aws`: scripts that write down how they are called and
 * print what the test told them to. They prove the order and the arguments of the calls, and
 * nothing about what the real programs do.
 */
export class StandIns {
  private constructor(
    private readonly folder: string,
    readonly environment: NodeJS.ProcessEnv,
  ) {}

  static async make(answers: Record<string, Answer[]>): Promise<StandIns> {
    const folder = await newFolder();
    const bin = join(folder, "bin");
    await mkdir(bin);
    await writeFile(join(folder, "answers.json"), JSON.stringify(answers));
    await writeFile(join(folder, "calls"), "");
    for (const program of ["pulumi", "kubectl", "aws"]) {
      await writeFile(join(bin, program), script(program, folder));
      await chmod(join(bin, program), 0o755);
    }
    return new StandIns(folder, { PATH: `${bin}:${process.env.PATH}` });
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
// A wait that would last for ever.
if (answer.code === -1) setTimeout(() => {}, 2 ** 30);
else fs.writeSync(1, answer.stdout ?? ""), process.exit(answer.code ?? 0);
`;
}

/** A scripted HTTP server: part of AWS, or the application's address. */
export class Scripted {
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(
    handle: (request: IncomingMessage, response: ServerResponse, body: string) => void,
  ): Promise<Scripted> {
    const server = createServer((request, response) => {
      let body = "";
      request.setEncoding("utf8").on("data", (text: string) => (body += text));
      request.on("end", () => handle(request, response, body));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new Scripted(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** Runs one of the project's commands as npm does. */
export function runCommand(
  command: string,
  args: string[],
  env: NodeJS.ProcessEnv,
  input = "",
): Promise<{ code: number; stdout: string; stderr: string }> {
  return run(process.execPath, [join(root, "commands/run.cjs"), command, ...args], {
    cwd: root,
    input,
    env: {
      ...process.env,
      NODE_NO_WARNINGS: "1",
      AWS_ACCESS_KEY_ID: "testing",
      AWS_SECRET_ACCESS_KEY: "testing",
      ...env,
    },
  });
}

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
