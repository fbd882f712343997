import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { Pool } from "pg";
import { Database, Reads } from "../../../images/backend/database";
import { impatientSocket, NotReached } from "../../../images/backend/database/reach";

/** A pool whose connections give these answers; no server is involved. */
function scripted(...answers: (Error | unknown[])[]) {
  const given: { text: string; destroyed?: boolean }[] = [];
  const database = new Database({
    host: "localhost",
    port: 1,
    database: "d",
    user: "u",
    password: "p",
    ca: "",
  });
  const pool = (database as unknown as { pool: Pool }).pool;
  pool.connect = (() => {
    const request: (typeof given)[number] = { text: "" };
    given.push(request);
    return Promise.resolve({
      query: (text: string) => {
        request.text += `${text};`;
        const answer = answers.shift() ?? [];
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve({ rows: answer });
      },
      release: (destroy?: boolean) => (request.destroyed = destroy === true),
    });
  }) as unknown as typeof pool.connect;
  return { database, given };
}

const broken = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
const readOnly = Object.assign(new Error("read-only"), { code: "25006" });
const duplicate = Object.assign(new Error("duplicate key"), { code: "23505" });

describe("Database", () => {
  it("tries an idempotent statement a second time, on another connection", async () => {
    const { database, given } = scripted(broken, [{ one: 1 }]);
    assert.deepEqual((await database.queryIdempotent("SELECT 1")).rows, [{ one: 1 }]);
    assert.deepEqual(
      given.map(({ destroyed }) => destroyed),
      [true, false],
    );
    assert.equal(database.retries, 1);
  });

  it("never tries a third time", async () => {
    const { database, given } = scripted(broken, broken, []);
    await assert.rejects(database.queryIdempotent("SELECT 1"), broken);
    assert.equal(given.length, 2);
  });

  it("does not repeat what is not declared idempotent", async () => {
    const { database, given } = scripted(broken, []);
    await assert.rejects(database.query("INSERT"), broken);
    assert.equal(given.length, 1);
  });

  it("tries other connections when nobody answers one, four at most", async () => {
    const { database, given } = scripted();
    const { pool } = database as unknown as { pool: Pool };
    const connect = pool.connect.bind(pool);
    let deaf = 3;
    let tries = 0;
    pool.connect = (() => {
      tries++;
      return deaf-- > 0 ? Promise.reject(new NotReached()) : connect();
    }) as unknown as typeof pool.connect;
    await database.query("SELECT 1");
    assert.equal(given.length, 1);
    deaf = Infinity;
    tries = 0;
    await assert.rejects(database.query("SELECT 1"), NotReached);
    assert.equal(tries, 4);
  });

  it("waits half a second for an answer to a connection's first packet", async () => {
    // Who does not accept has a queue of two; the kernel says nothing to a third.
    const script =
      "import socket,time; s=socket.socket(); s.bind(('127.0.0.1',0)); s.listen(1); print(s.getsockname()[1],flush=True); time.sleep(60)";
    const listener = spawn("python3", ["-c", script], { stdio: ["ignore", "pipe", "ignore"] });
    const queued: Socket[] = [];
    try {
      const [line] = (await once(listener.stdout, "data")) as [Buffer];
      const port = Number(line.toString());
      for (let index = 0; index < 2; index++) queued.push(connect(port, "127.0.0.1"));
      await Promise.all(queued.map((socket) => once(socket, "connect")));
      const socket = impatientSocket();
      const since = performance.now();
      socket.connect(port, "127.0.0.1");
      const [error] = (await once(socket, "error")) as [Error];
      assert.ok(error instanceof NotReached);
      assert.ok(performance.now() - since >= 490);
    } finally {
      for (const socket of queued) socket.destroy();
      listener.kill();
    }
  });

  it("does not repeat a wrong statement, and keeps its connection", async () => {
    const { database, given } = scripted(duplicate);
    await assert.rejects(database.queryIdempotent("INSERT"), duplicate);
    assert.deepEqual(given, [{ text: "INSERT;", destroyed: false }]);
  });

  it("leaves a connection whose server takes no writes", async () => {
    const { database, given } = scripted(readOnly, []);
    await database.queryIdempotent("INSERT");
    assert.equal(given[0]?.destroyed, true);
  });

  it("rolls a transaction back when its statement is wrong", async () => {
    const { database, given } = scripted([], duplicate);
    const work = database.transaction((client) => client.query("INSERT"));
    await assert.rejects(work, duplicate);
    assert.deepEqual(given, [{ text: "BEGIN;INSERT;ROLLBACK;", destroyed: false }]);
  });

  it("bounds a transaction at the server too, without a round trip of its own", async () => {
    const { database, given } = scripted();
    const limits = { statement: 1500, total: 2000, readOnly: true };
    await database.transaction((client) => client.query("SELECT"), limits);
    assert.equal(
      given[0]?.text,
      "BEGIN READ ONLY; SET LOCAL statement_timeout = 1500;SELECT;COMMIT;",
    );
  });

  it("does not know what a COMMIT did that broke; before it, nothing was committed", async () => {
    const work = (answers: (Error | unknown[])[]) =>
      scripted(...answers).database.transaction((client) => client.query("INSERT"));
    await assert.rejects(work([[], [], broken]), { name: "OutcomeUnknown", code: "08007" });
    await assert.rejects(work([[], broken]), broken);
    await assert.rejects(work([[], [], duplicate]), duplicate);
  });

  it("gives up at its limit, and with it the connection", async () => {
    const { database, given } = scripted();
    const never = database.transaction(() => new Promise(() => {}), { statement: 5, total: 10 });
    await assert.rejects(never, { name: "LimitReached", code: "ETIMEDOUT" });
    assert.deepEqual(given[0]?.destroyed, true);
  });

  it("says nothing on a broken connection, and gives it up", async () => {
    const { database, given } = scripted([], broken);
    await assert.rejects(
      database.transaction((client) => client.query("INSERT")),
      broken,
    );
    assert.deepEqual(given, [{ text: "BEGIN;INSERT;", destroyed: true }]);
  });
});

describe("Reads", () => {
  const who = (name: string) => [{ name }];
  /** Waits for the first measurement, which starts with the object. */
  const measured = () => new Promise((resolve) => setImmediate(resolve));

  it("reads from a replica that keeps up", async () => {
    const reads = new Reads(
      scripted(who("writer")).database,
      scripted([{ lag: 1 }], who("replica")).database,
      2,
    );
    await measured();
    assert.deepEqual((await reads.query("SELECT")).rows, who("replica"));
    assert.match(await reads.metrics(), /^minixdr_database_replication_lag_seconds 1$/m);
    reads.close();
  });

  it("reads from the writer above the limit", async () => {
    const reads = new Reads(scripted(who("writer")).database, scripted([{ lag: 3 }]).database, 2);
    await measured();
    assert.deepEqual((await reads.query("SELECT")).rows, who("writer"));
    reads.close();
  });

  it("reads from the writer when the replica breaks or cannot tell its lag", async () => {
    for (const replica of [scripted([{ lag: 0 }], broken), scripted(broken)]) {
      const reads = new Reads(scripted(who("writer")).database, replica.database, 2);
      await measured();
      assert.deepEqual((await reads.query("SELECT")).rows, who("writer"));
      assert.match(await reads.metrics(), /seconds \+Inf$/m);
      reads.close();
    }
  });

  it("does not ask the writer about a wrong statement", async () => {
    const writer = scripted();
    const reads = new Reads(writer.database, scripted([{ lag: 0 }], duplicate).database, 2);
    await measured();
    await assert.rejects(reads.query("SELECT"), duplicate);
    assert.equal(writer.given.length, 0);
    reads.close();
  });
});
