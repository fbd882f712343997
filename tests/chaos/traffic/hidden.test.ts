import assert from "node:assert/strict";
import { once } from "node:events";
import net from "node:net";
import { Balancer } from "../../../chaos/traffic/load-balancer/balancer";
import {
  plannedLoadBalancer,
  type LoadBalancerSettings,
} from "../../../chaos/traffic/load-balancer/settings";
import { StaticServer } from "../../../images/frontend/server/server";
import { plannedStack } from "../../support/planned";
import { TestTarget } from "./support";

/** What Prometheus, the kubelet and the load balancer ask the pods for, and nobody else. */
const internal = ["/metrics", "/healthz", "/health/serving", "/health/live", "/health/startup"];

/** Ways to spell a path that a client may try. The raw line goes out as it stands. */
const spellings = (path: string) => [
  path,
  `${path}?all`,
  `${path}/`,
  `/${path}`,
  `/.${path}`,
  `${path.slice(0, 2)}${encoded(path[2]!)}${path.slice(3)}`,
  path.toUpperCase(),
  `${path};x`,
  `${path}#x`,
  `http://xdr.example.com${path}`,
];

const encoded = (letter: string) => `%${letter.charCodeAt(0).toString(16)}`;

describe("what is internal, asked for through the planned load balancer", () => {
  const variants = [{ body: Buffer.from("page"), etag: '"1"' }];
  const page = new Map([["/", { type: "text/html", variants }]]);
  let settings: LoadBalancerSettings;
  let frontend: StaticServer;
  let frontendPort: number;
  let backend: TestTarget;

  before(async () => {
    settings = plannedLoadBalancer(await plannedStack("prod"));
    frontend = new StaticServer(page);
    frontendPort = await frontend.listen(0);
    // The real one needs a database; this one would show whatever it is asked for.
    backend = await TestTarget.start((_, response) => response.end("internal"));
  });
  after(async () => {
    await frontend.drain(0);
    await backend.stop();
  });

  /** The status and body of each raw request line's answer, with these rules of the listener. */
  async function answers(
    rules: LoadBalancerSettings["rules"],
    targets: string[],
  ): Promise<{ target: string; status: number; body: string }[]> {
    const listen = { host: "127.0.0.1", port: 0 };
    const balancer = await Balancer.start({ ...settings, rules, listen }, () => {});
    balancer.group("mini-xdr-prod-frontend").register("127.0.0.1", frontendPort);
    balancer.group("mini-xdr-prod-backend").register("127.0.0.1", backend.port);
    const found = [];
    for (const target of targets) found.push({ target, ...(await raw(balancer.port, target)) });
    await balancer.close();
    return found;
  }

  it("is answered by nobody, however it is spelt", async () => {
    const targets = internal.flatMap(spellings);
    for (const { target, status } of await answers(settings.rules, targets))
      assert.ok([400, 404].includes(status), `${target}: ${status}`);
  });

  it("was shown to everybody without the rule that hides it", async () => {
    const others = settings.rules.filter((rule) => !("status" in rule));
    const [metrics, health] = await answers(others, ["/metrics", "/healthz"]);
    assert.equal(metrics!.status, 200);
    assert.match(metrics!.body, /^# HELP http_requests_total/m);
    assert.match(health!.body, /serving/);
  });
});

/** Sends one request line as it stands, which an HTTP client would tidy up. */
async function raw(port: number, target: string): Promise<{ status: number; body: string }> {
  const socket = net.connect(port, "127.0.0.1");
  socket.write(`GET ${target} HTTP/1.1\r\nHost: xdr.example.com\r\nConnection: close\r\n\r\n`);
  let text = "";
  socket.setEncoding("utf8").on("data", (piece: string) => (text += piece));
  await once(socket, "close");
  return { status: Number(text.split(" ")[1]), body: text.split("\r\n\r\n")[1] ?? "" };
}
