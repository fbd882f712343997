import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { output } from "../../../../lib/processes";
import { needTools } from "../../../support/need-tools";
import { FaultyProxy } from "../support/faulty-proxy";
import { newFolder } from "../support/folder";
import { postgresFolder } from "../support/postgres-folder";
import { copied, evidence } from "./support/forge";
import { Stage } from "./support/stage";

/** Where a byte is changed, as parts of a whole: the header, the table of contents, the data, the end. */
const places = [0, 0.0005, 0.002, 0.01, 0.03, 0.06, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95, 1];

describe("corrupt dumps: never verified, never a hang, and never another backup's harm", function () {
  this.timeout(300_000);
  let stage: Stage;
  let proxy: FaultyProxy;
  let genuine: Awaited<ReturnType<Stage["dumped"]>>;
  let dump: Buffer;

  before(async function () {
    await needTools(this, ["postgres", "moto_server"]);
    stage = await Stage.start();
    proxy = await FaultyProxy.start(stage.cloud.endpoint);
    await stage.live.query(
      "INSERT INTO minixdr.events SELECT i, md5(i::text) || md5((i * 7)::text) FROM generate_series(1000, 20000) i",
    );
    genuine = await stage.dumped();
    dump = await stage.read(`${genuine.folder}database.dump`);
    assert.ok(dump.length > 500_000);
  });
  after(async () => {
    await Promise.all([proxy?.stop(), stage?.stop()]);
  });

  const at = (place: number) => Math.min(dump.length - 1, Math.floor(place * dump.length));
  const flipped = (place: number) => {
    const changed = Buffer.from(dump);
    changed[at(place)]! ^= 0x40;
    return changed;
  };

  it(`one bit that storage changed, at each of ${places.length} places: bad by its checksum`, async () => {
    for (const place of places) {
      // Injected: whatever the version, S3 gives the dump with a bit changed.
      proxy.struck = 0;
      proxy.fault = ({ method, url }, response) => {
        if (method !== "GET" || !/database\.dump/.test(url!)) return false;
        response.writeHead(200, { "content-length": dump.length });
        response.end(flipped(place));
        return true;
      };
      const { id } = await copyAsGood();
      const env = { AWS_ENDPOINT_URL_S3: proxy.endpoint };
      const { code, error } = await stage.verifyIn(env, "--backup", id);
      assert.equal(proxy.struck, 2, "it is read twice before it is called bad");
      assert.equal(code, 1, `byte ${at(place)}: it verified`);
      assert.match(error, /database\.dump: SHA-256 \w+, dumped was \w+/);
      assert.equal(await outcomeOf(id), "bad");
    }
  });

  /** The same dump as a backup of its own, so that each is judged once. */
  async function copyAsGood(content?: Buffer): Promise<{ id: string }> {
    made += 1;
    const when = new Date(began - made * 1000);
    const { id, folder, manifest } = await copied(stage, genuine, { at: when, dump: content });
    await stage.write(`${folder}manifest.json`, evidence(stage, manifest, "manifests"));
    return { id };
  }
  // Counted from one moment: an id is a second, and a verification may take just one.
  const began = Date.now();
  let made = 0;

  async function outcomeOf(id: string): Promise<unknown> {
    return (await stage.list()).lines.find(({ message }) => message === id)?.verified;
  }

  /** As if it had been corrupt when it was signed: only a restore can tell. */
  async function isNotVerified(content: Buffer, says: RegExp): Promise<void> {
    const { id } = await copyAsGood(content);
    const { code, error, lines } = await stage.verify("--backup", id);
    assert.equal(code, 1, "it verified");
    assert.match(error, says);
    assert.equal(lines.filter(({ level }) => level === "error").length, 1, "one line");
    assert.notEqual(await outcomeOf(id), "yes");
  }

  // The table of contents is before this; after it there is data alone.
  for (const place of places.filter((place) => place >= 0.2 && place < 1))
    it(`a bit changed in the data at ${place * 100} %, and then signed`, async () => {
      await isNotVerified(flipped(place), /pg_restore|uncompress|rows of/);
    });

  it("a bit changed in header or table of contents, and then signed: bad, or the same rows", async () => {
    const outcomes: string[] = [];
    for (const place of places.filter((place) => place < 0.02)) {
      const { id } = await copyAsGood(flipped(place));
      const { code, error } = await stage.verify("--backup", id);
      assert.ok(code === 0 || code === 1, `byte ${at(place)}: ${error}`);
      if (code === 1) assert.match(error, /\S/);
      outcomes.push(`${at(place)}: ${code === 0 ? "the same rows and rights" : "refused"}`);
    }
    assert.ok(
      outcomes.some((outcome) => outcome.endsWith("refused")),
      outcomes.join("; "),
    );
  });

  for (const [title, part] of [
    ["all but its last bytes", 0.999],
    ["half", 0.5],
    ["the table of contents", 0.02],
    ["a few bytes", 0.00002],
    ["nothing", 0],
  ] as const)
    it(`a dump of which ${title} is there, and then signed`, async () => {
      await isNotVerified(
        dump.subarray(0, Math.floor(part * dump.length)),
        /pg_restore|input file|end of file|archive|rows of/,
      );
    });

  it("an archive in tar's format, which pg_restore would take too", async () => {
    const file = join(await newFolder(), "database.tar");
    const where = ["--host", stage.live.host, "--username=rdsadmin", "minixdr"];
    await output(join(await postgresFolder(), "pg_dump"), [
      "--format=tar",
      "--file",
      file,
      ...where,
    ]);
    const content = await readFile(file);
    assert.equal(content.subarray(257, 262).toString(), "ustar");
    await isNotVerified(content, /database\.dump: .*(magic|format|archive)/i);
  });

  it("SQL for psql, with its commands", async () => {
    await isNotVerified(
      Buffer.from(`\\! ${stage.marker.command}\nSELECT 1;\n`),
      /pg_restore|text format|archive/i,
    );
    assert.ok(!(await stage.marker.seen()));
  });

  it("another database's dump under this one's manifest", async () => {
    await stage.live.query("DELETE FROM minixdr.events WHERE id > 10");
    const other = await stage.dumped();
    await isNotVerified(
      await stage.read(`${other.folder}database.dump`),
      /rows of minixdr\.events: 19101 dumped, 10 restored/,
    );
  });
});
