import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { accountId } from "../../plan/stand-ins";
import type { StandInCloud } from "./cloud";

/** A stand-in for the two AWS APIs that `npm run rebuild` asks itself: who calls, and is the cluster there. */
export class AwsApi {
  /** While it hangs, nothing answers. */
  hangs = false;

  private constructor(
    private readonly server: Server,
    readonly environment: NodeJS.ProcessEnv,
  ) {}

  static async start(cloud: StandInCloud): Promise<AwsApi> {
    const server = createServer((request, response) => {
      if (api.hangs) return;
      request.resume();
      if (request.method === "POST") return callerIdentity(response);
      const name = request.url!.split("/").at(-1)!;
      describeCluster(response, name, cloud.hasCluster(name));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const api = new AwsApi(server, { AWS_ENDPOINT_URL_EKS: url, AWS_ENDPOINT_URL_STS: url });
    return api;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

function callerIdentity(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/xml" });
  response.end(
    `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::${accountId}:root</Arn><UserId>stand-in</UserId><Account>${accountId}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
  );
}

function describeCluster(response: ServerResponse, name: string, exists: boolean): void {
  const headers = { "content-type": "application/json" };
  if (exists)
    response.writeHead(200, headers).end(JSON.stringify({ cluster: { name, status: "ACTIVE" } }));
  else
    response
      .writeHead(404, { ...headers, "x-amzn-errortype": "ResourceNotFoundException" })
      .end(JSON.stringify({ message: `No cluster found for name: ${name}.` }));
}
