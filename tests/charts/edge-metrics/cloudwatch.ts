import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { decode, encode, type Cbor } from "./cbor";

type Dimensions = Record<string, string>;

/** A metric's name and dimensions; its figure of each minute is the minute itself. */
export interface Metric {
  name: string;
  dimensions: Dimensions;
}

interface Query {
  Id: string;
  MetricStat: {
    Metric: { MetricName: string; Dimensions: { Name: string; Value: string }[] };
    Period: number;
  };
}

const identity = `<GetCallerIdentityResponse><GetCallerIdentityResult><Account>111122223333</Account>
<Arn>arn:aws:sts::111122223333:assumed-role/edge-metrics/x</Arn><UserId>X</UserId></GetCallerIdentityResult></GetCallerIdentityResponse>`;

/**
 * Stands in for CloudWatch and STS: lists metrics and gives their figures of whole minutes, the one
 * that has not ended too. moto cannot: it does not speak the protocol of Go's SDK, CBOR. It asks for
 * no rights, takes no time to publish, and knows nothing else; IAM is refused, as the role is.
 */
export class CloudWatchStandIn {
  /** Figures that were asked for, which is what AWS counts. */
  paid = 0;

  private constructor(
    private readonly metrics: Metric[],
    private readonly server: Server,
  ) {}

  static async start(metrics: Metric[]): Promise<CloudWatchStandIn> {
    const server = createServer();
    const standIn = new CloudWatchStandIn(metrics, server);
    server.on("request", (request: IncomingMessage, response) => {
      void bodyOf(request).then((body) => {
        const operation = /operation\/(\w+)$/.exec(request.url ?? "")?.[1];
        if (operation) {
          response.setHeader("smithy-protocol", "rpc-v2-cbor");
          response.setHeader("content-type", "application/cbor");
          return response.end(
            encode(standIn.answer(operation, decode(body) as Record<string, Cbor>)),
          );
        }
        if (body.includes("Action=GetCallerIdentity")) return response.end(identity);
        return response.writeHead(403).end();
      });
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    return standIn;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await once(this.server.close(), "close");
  }

  private answer(operation: string, asked: Record<string, Cbor>): Cbor {
    if (operation === "ListMetrics")
      return {
        Metrics: this.metrics
          .filter(({ name }) => name === asked.MetricName)
          .map(({ name, dimensions }) => ({
            Namespace: asked.Namespace!,
            MetricName: name,
            Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
          })),
      };
    const queries = asked.MetricDataQueries as unknown as Query[];
    this.paid += queries.length;
    return {
      MetricDataResults: queries.map(({ Id, MetricStat }) => {
        const at = this.has(MetricStat.Metric)
          ? minutes(asked.StartTime as Date, asked.EndTime as Date)
          : [];
        return {
          Id,
          StatusCode: "Complete",
          Timestamps: at.map((minute) => new Date(minute * 60_000)),
          Values: at,
        };
      }),
    };
  }

  private has({ MetricName, Dimensions: asked }: Query["MetricStat"]["Metric"]): boolean {
    const wanted = JSON.stringify(asked.map(({ Name, Value }) => [Name, Value]).sort());
    return this.metrics.some(
      ({ name, dimensions }) =>
        name === MetricName && JSON.stringify(Object.entries(dimensions).sort()) === wanted,
    );
  }
}

/** Minutes since 1970 that begin in the window, its end left out, the last one first. */
function minutes(start: Date, end: Date): number[] {
  const first = Math.ceil(start.getTime() / 60_000);
  const last = Math.ceil(end.getTime() / 60_000) - 1;
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => last - index);
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
