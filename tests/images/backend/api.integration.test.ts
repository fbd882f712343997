import assert from "node:assert/strict";
import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { needTools } from "../../support/need-tools";
import type { Backend } from "./support/backend";
import { command } from "./support/backend";
import { Bed } from "./support/bed";
import { attack, Client, type Answer } from "./support/client";

describe("the API", function () {
  this.timeout(120_000);
  let bed: Bed;
  let backends: Backend[];
  let client: Client;
  let other: Client;
  let organization: string;

  before(async function () {
    await needTools(this, ["postgres", "redis-server"]);
    bed = await Bed.start();
    backends = await Promise.all([bed.backend(), bed.backend(), bed.backend()]);
    const mine = await bed.organization("acme");
    organization = mine.organization;
    client = new Client(mine.apiKey, backends[0]!);
    other = new Client((await bed.organization("umbrella")).apiKey, backends[0]!);
  });
  after(() => bed?.stop());

  /** Asserts a problem document. */
  const refused = (answer: Answer, status: number, kind: string) => {
    assert.equal(answer.status, status, JSON.stringify(answer.body));
    assert.match(answer.headers.get("content-type")!, /^application\/problem\+json/);
    assert.equal(answer.body.type, `/problems/${kind}`);
    assert.equal(answer.body.status, status);
  };
  const stored = async (key: string) =>
    Number(
      (
        await bed.database.query<{ n: string }>(
          `SELECT count(*) AS n FROM minixdr.events WHERE idempotency_key = '${key}'`,
        )
      )[0]!.n,
    );

  it("migrates again without a change", async () => {
    assert.equal((await command(["migrate"], bed.owner)).code, 0);
  });

  it("keeps only a digest of an API key", async () => {
    const [row] = await bed.database.query<{ all: string }>(
      "SELECT string_agg(k::text, ' ') AS all FROM minixdr.api_keys k",
    );
    assert.ok(!row!.all.includes(client.apiKey));
  });

  describe("takes events in", () => {
    it("stores one event, and what the model makes of it", async () => {
      const answer = await client.send(attack, "single");
      assert.equal(answer.status, 201);
      assert.equal(answer.body.accepted, 1);
      assert.equal(answer.body.events.length, 1);
      assert.equal(answer.body.incidents.length, 1);
      const [row] = await bed.database.query(
        "SELECT * FROM minixdr.events WHERE idempotency_key = 'single'",
      );
      assert.equal(row!.id, answer.body.events[0].id);
      assert.equal(row!.organization_id, organization);
      assert.equal(row!.incident_id, answer.body.incidents[0]);
      assert.deepEqual(row!.body, attack);
    });

    it("stores 500, and refuses 501 and none", async () => {
      const events = (length: number) => ({ events: Array.from({ length }, () => attack) });
      assert.equal((await client.send(events(500), "many")).body.accepted, 500);
      assert.equal(await stored("many"), 500);
      refused(await client.send(events(501), "too-many"), 400, "bad-request");
      refused(await client.send(events(0), "none"), 400, "bad-request");
      assert.equal(await stored("too-many"), 0);
    });

    it("answers a repetition as before, from any process, and stores nothing more", async () => {
      const first = await client.send(attack, "twice");
      const second = await client.send(attack, "twice", backends[1]);
      assert.equal(second.status, 201);
      assert.equal(second.headers.get("idempotency-replayed"), "true");
      assert.deepEqual(second.body, first.body);
      assert.equal(await stored("twice"), 1);
    });

    it("refuses a key that belongs to another body, and takes it from another tenant", async () => {
      await client.send(attack, "owned");
      refused(await client.send({ ...attack, activity_id: 2 }, "owned"), 422, "key-reused");
      assert.equal((await other.send(attack, "owned")).headers.get("idempotency-replayed"), null);
      assert.equal(await stored("owned"), 2);
    });

    it("makes one event and one incident of 50 duplicates at once over three processes", async () => {
      const event = { ...attack, actor: { user: { name: "mallory" } } };
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, index) => client.send(event, "storm", backends[index % 3])),
      );
      // On a busy machine some may be refused as too late, which is certain too.
      for (const { status, headers, body } of answers)
        assert.ok(
          [201, 409, 503].includes(status) && !headers.has("outcome"),
          `${status} ${body.type}`,
        );
      const fresh = answers.filter(
        ({ status, headers }) => status === 201 && !headers.has("idempotency-replayed"),
      );
      assert.equal(fresh.length, 1);
      for (const answer of answers.filter(({ status }) => status === 409)) {
        refused(answer, 409, "key-in-use");
        assert.ok(Number(answer.headers.get("retry-after")) >= 1);
      }
      assert.equal(await stored("storm"), 1);
      const incidents = await bed.database.query(
        "SELECT events, version FROM minixdr.incidents WHERE entity = 'user:mallory'",
      );
      assert.deepEqual(incidents, [{ events: 1, version: 1 }]);
    });

    it("correlates what different batches say about one entity, in any order at once", async () => {
      const about = (name: string) => ({ ...attack, actor: { user: { name } } });
      const batch = [about("eve"), about("trudy")];
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          client.send(
            { events: index % 2 ? batch : [...batch].reverse() },
            undefined,
            backends[index % 3],
          ),
        ),
      );
      for (const { status, body } of answers) assert.equal(status, 201, JSON.stringify(body));
      const rows = await bed.database.query(
        "SELECT entity, events FROM minixdr.incidents WHERE entity IN ('user:eve', 'user:trudy') ORDER BY 1",
      );
      assert.deepEqual(rows, [
        { entity: "user:eve", events: 20 },
        { entity: "user:trudy", events: 20 },
      ]);
    });

    const bad: [string, unknown][] = [
      ["no JSON", "{"],
      ["another type", "[]"],
      ["a missing attribute", { ...attack, message: undefined }],
      ["a severity that OCSF has not", { ...attack, severity_id: 7 }],
      ["a number in quotes", { ...attack, class_uid: "3002" }],
      ["an address that is none", { ...attack, src_endpoint: { ip: "1.2.3.400" } }],
      ["a prototype", '{"__proto__":{"time":1}}'],
      ["a time out of range", { ...attack, time: 1e300 }],
      ["one bad event among good ones", { events: [attack, { ...attack, time: -1 }] }],
    ];
    for (const [what, body] of bad)
      it(`refuses ${what}, and stores nothing`, async () => {
        refused(await client.send(body, `bad ${what.length}`), 400, "bad-request");
        assert.equal(await stored(`bad ${what.length}`), 0);
      });

    it("keeps whatever text an event holds, also where PostgreSQL has no such text", async () => {
      const odd = {
        ...attack,
        message: "brute\0",
        "\0": "\ud800",
        actor: { user: { name: "\0\ud800" } },
      };
      const { status, body } = await client.send(odd, "odd");
      assert.equal(status, 201);
      const [row] = await bed.database.query(
        "SELECT body::text FROM minixdr.events WHERE idempotency_key = 'odd'",
      );
      assert.equal(row!.body, JSON.stringify(odd));
      const path = `/api/incidents/${body.incidents[0]}`;
      assert.equal((await client.get(path)).body.entity, "user:\ufffd\ufffd");
      const changed = await client.patch(path, { note: "\0" }, { "if-match": "*" });
      assert.equal(changed.body.note, "\ufffd");
    });

    it("drops what could change a prototype, and takes the rest", async () => {
      const body = JSON.stringify(attack).replace("{", '{"__proto__":{"a":1},"also":2,');
      assert.equal((await client.send(body, "proto")).status, 201);
      const [row] = await bed.database.query<{ kept: string }>(
        "SELECT body::text AS kept FROM minixdr.events WHERE idempotency_key = 'proto'",
      );
      assert.deepEqual(JSON.parse(row!.kept), { also: 2, ...attack });
    });

    it("refuses a missing, an empty and an overlong key", async () => {
      const send = (headers: Record<string, string>) =>
        client.request("POST", "/api/events", JSON.stringify(attack), headers);
      for (const headers of [{}, { "idempotency-key": "" }, { "idempotency-key": "k".repeat(256) }])
        refused(await send(headers as Record<string, string>), 400, "bad-request");
      assert.equal((await send({ "idempotency-key": "k".repeat(255) })).status, 201);
    });

    it("refuses what is too large or no JSON by its type", async () => {
      const large = { ...attack, extra: "x".repeat(2 ** 20) };
      refused(await client.send(large, "large"), 413, "content-too-large");
      const headers = { "content-type": "text/plain", "idempotency-key": "text" };
      refused(
        await client.request("POST", "/api/events", "hello", headers),
        415,
        "unsupported-media-type",
      );
    });
  });

  describe("knows its tenants", () => {
    it("refuses no, a malformed, an unknown and a revoked key", async () => {
      const gone = await bed.organization("gone");
      await bed.database.query(
        `UPDATE minixdr.api_keys SET revoked_at = now() WHERE organization_id = '${gone.organization}'`,
      );
      for (const key of ["", "x", `mx_${"a".repeat(43)}`, gone.apiKey]) {
        const answer = await new Client(key, backends[0]!).get("/api/incidents");
        refused(answer, 401, "unauthorized");
        assert.ok(answer.headers.has("www-authenticate"));
        refused(await new Client(key, backends[0]!).send(attack), 401, "unauthorized");
      }
    });

    it("shows and changes nothing of another tenant", async () => {
      const { body } = await client.send({ ...attack, actor: { user: { name: "private" } } });
      const path = `/api/incidents/${body.incidents[0]}`;
      assert.equal((await client.get(path)).status, 200);
      refused(await other.get(path), 404, "not-found");
      refused(
        await other.patch(path, { status: "resolved" }, { "if-match": "*" }),
        404,
        "not-found",
      );
      const { body: page } = await other.get("/api/incidents?limit=200");
      assert.ok(
        page.incidents.every(({ entity }: { entity: string }) => entity !== "user:private"),
      );
      assert.equal((await client.get(path)).body.status, "open");
    });
  });

  describe("gives incidents out", () => {
    it("pages through all, newest first, each once", async () => {
      for (let index = 0; index < 5; index++)
        await other.send({ ...attack, actor: { user: { name: `page-${index}` } } });
      const seen: string[] = [];
      let cursor: string | null = "";
      while (cursor !== null) {
        const { body } = await other.get(
          `/api/incidents?limit=2${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
        );
        seen.push(...body.incidents.map(({ id }: { id: string }) => id));
        cursor = body.next;
      }
      const rows = await bed.database.query<{ id: string }>(
        `SELECT i.id FROM minixdr.incidents i JOIN minixdr.organizations o ON o.id = organization_id
          WHERE o.name = 'umbrella' ORDER BY i.created_at DESC, i.id DESC`,
      );
      assert.deepEqual(
        seen,
        rows.map(({ id }) => id),
      );
    });

    it("filters by status and severity, and refuses others and a foreign cursor", async () => {
      const { body } = await other.get("/api/incidents?status=resolved&severity=high");
      assert.deepEqual(body.incidents, []);
      for (const query of [
        "status=x",
        "severity=9",
        "limit=0",
        "limit=201",
        "limit=x",
        "limit=true",
        "who=me",
      ])
        refused(await other.get(`/api/incidents?${query}`), 400, "bad-request");
      refused(await other.get("/api/incidents?cursor=abc"), 400, "bad-request");
    });

    it("says how a read was answered", async () => {
      const fresh = new Client((await bed.organization("reader")).apiKey, backends[0]!);
      const first = await fresh.get("/api/incidents");
      assert.equal(first.headers.get("x-cache"), "miss");
      assert.equal(first.headers.get("age"), "0");
      assert.equal((await fresh.get("/api/incidents")).headers.get("x-cache"), "hit");
      // Another process has it from the shared cache.
      const elsewhere = new Client(fresh.apiKey, backends[2]!);
      assert.equal((await elsewhere.get("/api/incidents")).headers.get("x-cache"), "hit");
    });

    it("changes an incident only for whom has seen its last version", async () => {
      const { body } = await client.send({ ...attack, actor: { user: { name: "editor" } } });
      const path = `/api/incidents/${body.incidents[0]}`;
      const read = await client.get(path);
      const etag = read.headers.get("etag")!;
      assert.equal((await client.get(path, { "if-none-match": etag })).status, 304);
      const change = { status: "investigating", assignee: "ada", note: "looking" };
      refused(await client.patch(path, change, {}), 428, "precondition-required");
      refused(await client.patch(path, {}, { "if-match": etag }), 400, "bad-request");
      refused(await client.patch(path, { id: 1 }, { "if-match": etag }), 400, "bad-request");
      const changes = await Promise.all(
        [0, 1, 2].map(() => client.patch(path, change, { "if-match": etag })),
      );
      assert.deepEqual(changes.map(({ status }) => status).sort(), [200, 412, 412]);
      const now = await client.get(path, { "if-none-match": etag });
      assert.equal(now.status, 200);
      assert.deepEqual(
        [now.body.status, now.body.assignee, now.body.note, now.body.version],
        ["investigating", "ada", "looking", 2],
      );
      refused(await client.patch(path, change, { "if-match": etag }), 412, "precondition-failed");
      refused(await client.get("/api/incidents/none"), 400, "bad-request");
    });

    it("streams an incident that another process made, to its tenant alone", async () => {
      const open = (key: string) => {
        let text = "";
        const stream = httpRequest(backends[0]!.url("/api/incidents/stream"), {
          headers: { "x-api-key": key },
        });
        stream.end();
        const headed = new Promise<void>((resolve) =>
          stream.once("response", (response) => {
            response.setEncoding("utf8").on("data", (piece: string) => {
              text += piece;
              stream.emit("piece");
            });
            resolve();
          }),
        );
        return { stream, headed, text: () => text };
      };
      const [mine, theirs] = [open(client.apiKey), open(other.apiKey)];
      await Promise.all([mine.headed, theirs.headed]);
      const event = { ...attack, actor: { user: { name: "streamed" } } };
      await client.send(event, undefined, backends[1]);
      while (!mine.text().includes("user:streamed")) await once(mine.stream, "piece");
      assert.match(mine.text(), /event: incident\nid: \S+\ndata: \{.*"entity":"user:streamed"/);
      assert.ok(!theirs.text().includes("user:streamed"));
      mine.stream.destroy();
      theirs.stream.destroy();
    });
  });

  describe("answers for the rest", () => {
    it("names the methods of a resource, and knows no other", async () => {
      const answer = await client.request("DELETE", "/api/incidents", undefined);
      refused(answer, 405, "method-not-allowed");
      assert.match(answer.headers.get("allow")!, /GET/);
      refused(await client.get("/api/nothing"), 404, "not-found");
    });

    it("counts requests by route, with labels that no client can invent", async () => {
      await client.get("/api/nothing/1");
      await client.request("PURGE", "/api/incidents", undefined).catch(() => undefined);
      const { body, headers } = await client.get("/metrics");
      assert.match(headers.get("content-type")!, /^text\/plain; version=0\.0\.4/);
      for (const line of [
        /^http_requests_total\{method="POST",endpoint="\/api\/events",status="201"\} \d+$/m,
        /^http_requests_total\{method="GET",endpoint="unmatched",status="404"\} \d+$/m,
        /^http_request_duration_seconds_count\{method="GET",endpoint="\/api\/incidents\/:id"\} \d+$/m,
        /^incidents_total\{severity="high",organization="acme"\} \d+$/m,
        /^events_ingested_total\{source_type="Okta",organization="acme"\} \d+$/m,
        /^active_incidents\{severity="high"\} \d+$/m,
        /^db_connections_active \d+$/m,
        /^db_query_duration_seconds_count\{query_type="ingest"\} \d+$/m,
        /^cache_hits_total \d+$/m,
        /^cache_misses_total \d+$/m,
        /^cache_errors_total \d+$/m,
        /^integration_requests_total\{integration="database",status="success"\} \d+$/m,
        /^minixdr_database_replication_lag_seconds 0$/m,
      ])
        assert.match(body, line);
      assert.ok(!body.includes("nothing"));
    });

    it("limits one organization's requests a second", async () => {
      const limited = await bed.backend({ RATE_LIMIT: "5" });
      const mine = new Client(client.apiKey, limited);
      const answers = await Promise.all(Array.from({ length: 20 }, () => mine.send(attack)));
      const late = answers.filter(({ status }) => status === 429);
      // A new second may begin in between.
      assert.ok(late.length >= 10 && late.length <= 15, `${late.length} of 20`);
      for (const answer of late) {
        refused(answer, 429, "too-many-requests");
        assert.ok(answer.headers.has("retry-after"));
      }
      assert.notEqual((await new Client(other.apiKey, limited).send(attack)).status, 429);
    });

    it("waits for a slow sender no longer than a route may take", async () => {
      const slow = await bed.backend({ ROUTE_TIMEOUT_MS: "2100" });
      const sent = httpRequest(slow.url("/api/events"), {
        method: "POST",
        headers: {
          "x-api-key": client.apiKey,
          "content-type": "application/json",
          "content-length": "100",
          "idempotency-key": "slow",
        },
      });
      sent.on("error", () => undefined);
      sent.write("{");
      const [response] = (await once(sent, "response")) as [IncomingMessage];
      assert.equal(response.statusCode, 408);
      sent.destroy();
      assert.equal(await stored("slow"), 0);
    });

    it("describes itself without any environment, as it does when asked", async () => {
      const { stdout, code } = await command(["openapi"], {});
      assert.equal(code, 0);
      const document = JSON.parse(stdout);
      assert.equal(document.openapi, "3.1.0");
      assert.deepEqual(document, (await client.get("/api/openapi.json")).body);
      assert.deepEqual(
        Object.keys(document.paths["/api/events"].post.responses),
        "201 400 401 408 409 413 415 422 429 500 503".split(" "),
      );
    });

    it("logs no key", () => {
      const lines = bed.backends.flatMap((backend) => backend.lines).join("\n");
      assert.ok(!lines.includes(client.apiKey));
      assert.ok(!lines.includes("only-for-this-test"));
    });
  });
});
