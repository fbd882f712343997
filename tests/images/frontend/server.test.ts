import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, request, type IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import type { Asset } from "../../../images/frontend/server/assets";
import { keepAlive, StaticServer } from "../../../images/frontend/server/server";

const assets = new Map<string, Asset>([
  [
    "/",
    {
      type: "text/html; charset=utf-8",
      variants: [
        { encoding: "br", body: Buffer.from("packed"), etag: '"1-br"' },
        { body: Buffer.from("<p>page</p>"), etag: '"1"' },
      ],
    },
  ],
]);

interface Reply {
  status: number;
  headers: IncomingMessage["headers"];
  body: string;
}

describe("the frontend's server", () => {
  let server: StaticServer;
  let port: number;
  const agents: Agent[] = [];

  beforeEach(async () => {
    server = new StaticServer(assets);
    port = await server.listen(0);
  });

  afterEach(async () => {
    agents.splice(0).forEach((agent) => agent.destroy());
    await server.drain(0);
  });

  async function ask(
    path: string,
    { method = "GET", headers = {}, agent = undefined as Agent | undefined } = {},
  ): Promise<Reply> {
    const sent = request({ port, path, method, headers, agent: agent ?? false }).end();
    const [response] = (await once(sent, "response")) as [IncomingMessage];
    let body = "";
    for await (const chunk of response) body += String(chunk);
    return { status: response.statusCode!, headers: response.headers, body };
  }

  function kept(): Agent {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    agents.push(agent);
    return agent;
  }

  it("serves the page, to be asked for again by its tag", async () => {
    const { status, headers, body } = await ask("/");
    assert.equal(status, 200);
    assert.equal(body, "<p>page</p>");
    assert.equal(headers["content-type"], "text/html; charset=utf-8");
    assert.equal(headers["cache-control"], "no-cache");
    assert.equal(headers.etag, '"1"');
    assert.equal(headers.vary, "accept-encoding");
  });

  it("serves what the client can unpack, under a tag of its own", async () => {
    const { headers, body } = await ask("/", { headers: { "accept-encoding": "gzip, br" } });
    assert.equal(headers["content-encoding"], "br");
    assert.equal(headers.etag, '"1-br"');
    assert.equal(body, "packed");
  });

  it("answers 304 without a body to who has it", async () => {
    const { status, headers, body } = await ask("/", { headers: { "if-none-match": '"1"' } });
    assert.deepEqual([status, body, headers.etag], [304, "", '"1"']);
    const other = await ask("/", { headers: { "if-none-match": '"1-br"' } });
    assert.equal(other.status, 200, "the tag of another encoding");
  });

  it("ignores a query: the page keeps its open incident there", async () => {
    assert.equal((await ask("/?incident=1")).status, 200);
  });

  it("answers HEAD like GET, without the body", async () => {
    const { status, headers, body } = await ask("/", { method: "HEAD" });
    assert.deepEqual([status, body, headers["content-length"]], [200, "", "11"]);
  });

  it("answers 405 to other methods, says which it knows, and closes: the body is unread", async () => {
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"]) {
      const { status, headers } = await ask("/", { method, agent: kept() });
      assert.deepEqual([status, headers.allow], [405, "GET, HEAD"], method);
      assert.equal(headers.connection, "close", method);
    }
  });

  for (const path of [
    "/nothing",
    "/index.html",
    "//",
    "/../../etc/passwd",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/..%2f..%2fetc%2fpasswd",
    "/page.css%00.html",
    "http://elsewhere/",
    "*",
  ])
    it(`answers 404 to ${path}`, async () => {
      const { status, headers, body } = await ask(path);
      assert.deepEqual([status, body], [404, "not found\n"]);
      assert.equal(headers["cache-control"], "no-store");
    });

  it("sends its security headers with every answer", async () => {
    const replies = [
      await ask("/"),
      await ask("/nothing"),
      await ask("/", { method: "POST" }),
      await ask("/", { headers: { "if-none-match": "*" } }),
      await ask("/healthz"),
      await ask("/metrics"),
    ];
    assert.deepEqual(
      replies.map(({ status }) => status),
      [200, 404, 405, 304, 200, 200],
    );
    for (const { headers } of replies) {
      const policy = String(headers["content-security-policy"]);
      assert.match(policy, /default-src 'none'/);
      assert.match(policy, /frame-ancestors 'none'/);
      assert.match(policy, /form-action 'none'/);
      assert.doesNotMatch(policy, /unsafe|\*|data:|http/);
      assert.equal(headers["x-content-type-options"], "nosniff");
      assert.equal(headers["referrer-policy"], "no-referrer");
      assert.equal(headers["strict-transport-security"], "max-age=31536000");
      assert.equal(headers["cross-origin-opener-policy"], "same-origin");
    }
  });

  it("counts answers by method, endpoint and status, in a bounded number of series", async () => {
    await ask("/");
    await ask("/?incident=1");
    await ask("/", { headers: { "if-none-match": "*" } });
    for (const path of ["/a", "/b", "/c"]) await ask(path);
    await ask("/a", { method: "PROPFIND" });
    const { body, headers } = await ask("/metrics");
    assert.match(String(headers["content-type"]), /^text\/plain; version=0\.0\.4/);
    const counted = body.split("\n").filter((line) => line.startsWith("http_requests_total{"));
    assert.deepEqual(counted.sort(), [
      'http_requests_total{method="GET",endpoint="/",status="200"} 2',
      'http_requests_total{method="GET",endpoint="/",status="304"} 1',
      'http_requests_total{method="GET",endpoint="other",status="404"} 3',
      'http_requests_total{method="other",endpoint="other",status="404"} 1',
    ]);
    assert.match(body, /http_request_duration_seconds_count\{method="GET",endpoint="\/"\} 3/);
  });

  it("keeps connections longer than the load balancer", async () => {
    assert.ok(keepAlive > 60_000);
    const { headers } = await ask("/", { agent: kept() });
    assert.equal(headers["keep-alive"], `timeout=${keepAlive / 1000}`);
  });

  describe("while it drains", () => {
    it("answers on a kept connection, asks to close it, and ends when it is closed", async () => {
      const agent = kept();
      assert.equal((await ask("/", { agent })).headers.connection, "keep-alive");
      const drained = server.drain(60_000);
      const last = await ask("/", { agent });
      assert.deepEqual([last.status, last.headers.connection], [200, "close"]);
      await drained;
      await assert.rejects(ask("/"), { code: "ECONNREFUSED" });
    });

    it("answers new connections too, and tells probes", async () => {
      const idle = await opened(port);
      const drained = server.drain(60_000);
      assert.equal((await ask("/")).status, 200);
      assert.equal((await ask("/healthz")).status, 503);
      idle.destroy();
      await drained;
    });

    it("lets a request that has begun come to its answer", async () => {
      const socket = await opened(port);
      socket.write("GET / HTTP/1.1\r\nHost: it\r\n");
      const drained = server.drain(60_000);
      socket.write("\r\n");
      let text = "";
      for await (const chunk of socket) text += String(chunk);
      assert.match(text, /^HTTP\/1\.1 200 .*<p>page<\/p>$/s);
      assert.match(text, /\r\nconnection: close\r\n/i);
      await drained;
    });

    it("cuts off at its limit what nobody closes", async () => {
      const idle = await opened(port);
      const closed = once(idle, "close");
      await server.drain(50);
      await closed;
    });

    it("ends at once when nobody is connected", async () => {
      await server.drain(60_000);
    });
  });
});

/** A connection that has had an answer, and is kept. */
async function opened(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.write("HEAD /healthz HTTP/1.1\r\nHost: it\r\n\r\n");
  await once(socket, "data");
  return socket;
}
