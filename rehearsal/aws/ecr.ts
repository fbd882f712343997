import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import type { AddressInfo, Socket } from "node:net";
import path from "node:path";
import { Artifacts } from "../../mirror/artifacts";
import { Authority } from "../sandbox/certificates";

/** What ECR's token is here. */
const token = "stand-in-token";
const login = `Basic ${Buffer.from(`AWS:${token}`).toString("base64")}`;

export interface EcrOptions {
  /** An empty folder, which the caller removes. */
  folder: string;
  /** Names under which registries are asked, one a Region; they hold the same. */
  hosts: string[];
  /** Whether a repository has been made. */
  hasRepository(name: string): boolean;
}

/**
 * A stand-in of ECR: a real registry (crane's) behind what ECR adds. It wants AWS's login, knows no
 * repository that was not made before, and gives a tag once. Clients reach it under ECR's own names,
 * over TLS, by a proxy that lets through to nobody else and remembers who was asked. It leaves out
 * IAM, scans, lifecycles and replication: the registries of all Regions are one.
 */
export class Ecr {
  /** Other hosts that somebody asked for, and did not get. */
  readonly refused = new Set<string>();

  private constructor(
    /** The registry behind it; what is put there needs no login. */
    readonly artifacts: Artifacts,
    /** For every program that is to find it. */
    readonly environment: NodeJS.ProcessEnv,
    private readonly close: () => Promise<void>,
  ) {}

  static async start({ folder, hosts, hasRepository }: EcrOptions): Promise<Ecr> {
    const artifacts = await Artifacts.start();
    const authority = await Authority.create(folder);
    const { certificate, key } = await authority.sign("ecr", hosts);
    const files = { cert: await readFile(certificate), key: await readFile(key) };
    const registry = createTlsServer(files, (asked, answer) =>
      front(asked, answer, artifacts.host, hasRepository),
    );
    const sockets = new Set<Socket>();
    const proxy = createServer((_, answer) => answer.writeHead(405).end());
    proxy.on("connect", ({ url = "" }: IncomingMessage, socket: Socket) => {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
      const [host = ""] = url.split(":");
      if (!hosts.includes(host)) {
        ecr.refused.add(host);
        return socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
      }
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      registry.emit("connection", socket);
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const { port } = proxy.address() as AddressInfo;
    const ecr = new Ecr(
      artifacts,
      {
        HTTPS_PROXY: `http://127.0.0.1:${port}`,
        NO_PROXY: "127.0.0.1,localhost",
        SSL_CERT_FILE: authority.file,
        PATH: `${await awsCli(folder)}:${process.env.PATH}`,
      },
      async () => {
        sockets.forEach((socket) => socket.destroy());
        proxy.closeAllConnections();
        await new Promise((resolve) => proxy.close(resolve));
        await artifacts.stop();
      },
    );
    return ecr;
  }

  stop(): Promise<void> {
    return this.close();
  }
}

/** A folder with an `aws` that can hand out ECR's token, and nothing else. */
async function awsCli(folder: string): Promise<string> {
  const bin = path.join(folder, "aws-cli");
  await mkdir(bin);
  const script = `#!/bin/sh\n[ "$1 $2" = "ecr get-login-password" ] || exit 2\necho ${token}\n`;
  await writeFile(path.join(bin, "aws"), script, { mode: 0o755 });
  return bin;
}

/** What ECR looks at before the registry behind it does. */
function front(
  asked: IncomingMessage,
  answer: ServerResponse,
  behind: string,
  hasRepository: (name: string) => boolean,
): void {
  if (asked.headers.authorization !== login) {
    answer.setHeader("www-authenticate", 'Basic realm="https://ecr/",service="ecr.amazonaws.com"');
    return refuse(answer, 401, "UNAUTHORIZED", "Not Authorized");
  }
  const [, name, kind, reference] =
    /^\/v2\/(.+)\/(manifests|blobs)\/([^?]+)/.exec(asked.url ?? "") ?? [];
  if (name && !hasRepository(name))
    return refuse(answer, 404, "NAME_UNKNOWN", `The repository with name '${name}' does not exist`);
  const forwarded = () => forward(asked, answer, behind, kind === "manifests");
  const isTag = kind === "manifests" && !reference!.startsWith("sha256:");
  if (asked.method !== "PUT" || !isTag) return forwarded();
  const there = request(`http://${behind}${asked.url}`, { method: "HEAD" }, ({ statusCode }) =>
    statusCode === 200
      ? refuse(
          answer,
          400,
          "TAG_INVALID",
          `The image tag '${reference}' already exists in the '${name}' repository and cannot be overwritten because the repository is immutable.`,
        )
      : forwarded(),
  );
  there.on("error", () => answer.destroy()).end();
}

function forward(
  asked: IncomingMessage,
  answer: ServerResponse,
  behind: string,
  manifest: boolean,
): void {
  const headers = { ...asked.headers };
  delete headers.authorization;
  delete headers.host;
  const options = { method: asked.method, headers };
  const further = request(`http://${behind}${asked.url}`, options, (answered) => {
    // An empty repository is none to the registry behind.
    if (manifest && answered.statusCode === 404)
      return refuse(answer, 404, "MANIFEST_UNKNOWN", "Requested image not found");
    answer.writeHead(answered.statusCode!, answered.headers);
    answered.pipe(answer);
  });
  further.on("error", () => answer.destroy());
  asked.pipe(further);
}

function refuse(answer: ServerResponse, status: number, code: string, message: string): void {
  answer.writeHead(status, { "content-type": "application/json" });
  answer.end(JSON.stringify({ errors: [{ code, message }] }));
}
