import type { ServerResponse } from "node:http";
import { LocalServer } from "../../lib/http-server";
import { accountId } from "../../plan/stand-ins";

/** How EKS answers the question for a cluster. */
export type ClusterAnswer =
  /** The cluster is there, in this status. */
  | { status: "ACTIVE" | "DELETING" }
  /** EKS's own answer when there is none of that name: ResourceNotFoundException. */
  | "absent"
  /** An exception of that name, with that HTTP status. */
  | { exception: string; code: number }
  /** It accepts the connection and never answers. */
  | "silent"
  /** It accepts the connection and closes it. */
  | "disconnected";

/**
 * A stand-in of the two AWS APIs that `npm run rebuild` itself asks: EKS, whether the cluster is
 * there, and STS, whose account the credentials are of. It knows DescribeCluster and
 * GetCallerIdentity, and checks no signature.
 */
export class EksAndSts {
  /** While it hangs, neither of them answers. */
  hangs = false;

  private constructor(private readonly server: LocalServer) {}

  /**
   * @param describe what EKS says of the cluster of that name
   * @param account of the caller, as STS tells it
   */
  static async start(
    describe: (name: string) => ClusterAnswer,
    account = accountId,
  ): Promise<EksAndSts> {
    const server = await LocalServer.start((request, response) => {
      if (standIn.hangs) return;
      if (request.method === "POST") return identify(response, account);
      const name = request.url!.split("/").at(-1)!;
      answer(response, name, describe(name));
    });
    const standIn = new EksAndSts(server);
    return standIn;
  }

  /** Makes the AWS SDKs turn to it. */
  get environment(): NodeJS.ProcessEnv {
    const { url } = this.server;
    return { AWS_ENDPOINT_URL_EKS: url, AWS_ENDPOINT_URL_STS: url };
  }

  stop(): Promise<void> {
    return this.server.stop();
  }
}

function identify(response: ServerResponse, account: string): void {
  response.writeHead(200, { "content-type": "text/xml" });
  response.end(
    `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::${account}:root</Arn><UserId>stand-in</UserId><Account>${account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
  );
}

function answer(response: ServerResponse, name: string, told: ClusterAnswer): void {
  if (told === "silent") return;
  if (told === "disconnected") return void response.destroy();
  if (told === "absent")
    return refuse(
      response,
      404,
      "ResourceNotFoundException",
      `No cluster found for name: ${name}.`,
    );
  if ("exception" in told) return refuse(response, told.code, told.exception, "stand-in");
  response
    .writeHead(200, { "content-type": "application/json" })
    .end(JSON.stringify({ cluster: { name, status: told.status } }));
}

function refuse(response: ServerResponse, code: number, exception: string, message: string): void {
  response
    .writeHead(code, { "content-type": "application/json", "x-amzn-errortype": exception })
    .end(JSON.stringify({ message }));
}
