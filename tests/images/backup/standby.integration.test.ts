import assert from "node:assert/strict";
import { Client } from "pg";
import { Moto } from "../../../rehearsal/aws/moto";
import { SigningKeys } from "../../../rehearsal/aws/signing-keys";
import { needTools } from "../../support/need-tools";
import { removeFolders } from "./support/folder";
import { LiveDatabase } from "./support/live-database";
import { runJob, startJob, type Ended } from "./support/job";
import { newest } from "./support/newest";
import { plannedVault } from "./support/planned-vault";
import { verified } from "./support/verified";

describe("a dump of a standby, with a real PostgreSQL and moto", function () {
  this.timeout(120_000);
  let cloud: Moto;
  let keys: SigningKeys;
  let live: LiveDatabase;
  let standby: LiveDatabase;

  before(async function () {
    await needTools(this, ["postgres", "moto_server"]);
    cloud = await Moto.start(await plannedVault());
    keys = await SigningKeys.start();
    live = await LiveDatabase.start();
    await live.as(
      "minixdr_migrations",
      `SET search_path = minixdr;
       CREATE TABLE events (id bigserial PRIMARY KEY, body text);
       CREATE TABLE held (x int);
       INSERT INTO events (body) SELECT md5(i::text) FROM generate_series(1, 20000) i`,
    );
    // It cancels at once what stands in its way, and the writer does not wait for it.
    standby = await live.standby({ max_standby_streaming_delay: "0", hot_standby_feedback: "off" });
  });

  after(async () => {
    await Promise.all([cloud?.stop(), keys?.stop(), live?.stop(), standby?.stop()]);
    await removeFolders();
  });

  const environment = (reader: string) => ({
    ...cloud.environment(),
    ...keys.environment,
    ...live.environment("backup"),
    READER_HOST: reader,
  });
  const succeeded = ({ code, error }: Ended) => assert.equal(code, 0, error);
  const from = ({ lines }: Ended) =>
    lines.filter(({ message }) => message === "dumping").map((line) => line.from);

  it("reads the standby, and verifies as a dump of the writer does", async () => {
    const dumped = await runJob(["dump"], environment(standby.host));
    succeeded(dumped);
    assert.deepEqual(from(dumped), ["standby"]);
    succeeded(await verified(["verify"], environment(standby.host)));
  });

  it("holds every row that was there before it began", async () => {
    await live.query("INSERT INTO minixdr.events (body) VALUES ('the last one')");
    const [counted] = await live.query<{ n: string }>("SELECT count(*) AS n FROM minixdr.events");
    const dumped = await runJob(["dump"], environment(standby.host));
    succeeded(dumped);
    assert.deepEqual(from(dumped), ["standby"]);
    const { facts } = await newest(cloud, dumped);
    assert.equal(facts.rows["minixdr.events"], Number(counted!.n));
  });

  it("is read from the writer when the standby cancels it", async () => {
    const holder = new Client({ host: live.host, user: "rdsadmin", database: "minixdr" });
    await holder.connect();
    await holder.query("BEGIN");
    await holder.query("LOCK TABLE minixdr.held IN ACCESS EXCLUSIVE MODE");
    const job = await startJob(["dump"], environment(standby.host));
    // Both its sessions wait for the lock that the standby replays, and hold what they have read.
    const waiting = async () =>
      (await standby.query("SELECT FROM pg_locks WHERE NOT granted")).length;
    while ((await waiting()) < 2);
    await live.query("ALTER TABLE minixdr.events ADD COLUMN more int");
    await holder.query("ROLLBACK");
    await holder.end();
    const dumped = await job.done;
    succeeded(dumped);
    assert.deepEqual(from(dumped), ["standby", "writer"]);
    const reason = dumped.lines.find(({ message }) => /could not be/.test(message))!.reason;
    assert.match(String(reason), /conflict with recovery|connection|terminated/i);
  });

  it("is read from the writer when there is no standby, or the host is no standby", async () => {
    for (const host of [live.host, "/nowhere"]) {
      const dumped = await runJob(["dump"], environment(host));
      succeeded(dumped);
      assert.deepEqual(from(dumped), ["writer"]);
    }
  });
});
