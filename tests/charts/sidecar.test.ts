import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { loadAll } from "js-yaml";
import { output } from "../../lib/processes";

interface Container {
  name: string;
  image: string;
  command: string[];
  env: { name: string; value: string }[];
  volumeMounts: { name: string; mountPath: string }[];
}

const root = path.join(__dirname, "../..");
const text = readFileSync(path.join(root, "charts/rendered/prod/pgbouncer.yaml"), "utf8");
const objects = loadAll(text) as any[]; // eslint-disable-line @typescript-eslint/no-explicit-any
const { containers, volumes } = objects.find((object) => object?.kind === "Deployment").spec
  .template.spec as { containers: Container[]; volumes: { name: string; configMap?: object }[] };
const container = (name: string) => containers.find((each) => each.name === name)!;

describe("the sidecar that sheds a demoted writer", () => {
  it("runs the ConfigMap's script as the laboratory does", async () => {
    const { command, env, volumeMounts } = container("reconnect");
    assert.deepEqual(command, ["/bin/sh", "/etc/reconnect/reconnect.sh", "minixdr"]);
    assert.deepEqual(
      env.map(({ name }) => name),
      ["PGHOST", "PGPORT", "PGUSER", "PGDATABASE"],
    );
    assert.ok(volumeMounts.some(({ mountPath }) => mountPath === "/etc/reconnect"));
    const volume = volumes.find(({ name }) => name === "reconnect");
    const items = [{ key: "reconnect.sh", path: "reconnect.sh" }];
    assert.deepEqual(volume?.configMap, { name: "pgbouncer", items });
    const script = objects.find((object) => object?.data?.["reconnect.sh"]).data["reconnect.sh"];
    await output("sh", ["-n"], { input: script });
  });

  it("has PgBouncer's image and socket, and no secret", () => {
    const [sidecar, pooler] = [container("reconnect"), container("pgbouncer")];
    assert.equal(sidecar.image, pooler.image);
    const mounts = sidecar.volumeMounts.map(({ name }) => name).sort();
    assert.deepEqual(mounts, ["reconnect", "run"]);
  });

  describe("beside a PgBouncer that says", () => {
    const header = "type,user,database,state,addr";
    const active = "S,app,minixdr,active,10.0.0.1";
    let folder: string;
    beforeEach(() => (folder = mkdtempSync(path.join(os.tmpdir(), "mini-xdr-sidecar-"))));
    afterEach(() => rmSync(folder, { recursive: true }));

    /** What the script says in one round, with programs in the place of PgBouncer's console and the DNS. */
    const round = async (servers: string[]) => {
      const program = (name: string, text: string) => {
        const file = path.join(folder, name);
        writeFileSync(file, `#!/bin/sh\n${text}\n`);
        chmodSync(file, 0o755);
      };
      const rows = [header, ...servers].join("\\n");
      program(
        "psql",
        `case "$*" in *DATABASES*) printf 'name,host\\nminixdr,writer\\n' ;; *SERVERS*) printf '${rows}\\n' ;; *RELOAD) echo reloaded ;; esac`,
      );
      program("getent", "echo 10.0.0.1 STREAM writer");
      // One round, and then no more.
      program("sleep", `[ -e ${folder}/done ] && exit 1; touch ${folder}/done`);
      const script = path.join(root, "charts/pgbouncer/files/reconnect.sh");
      const env = { ...process.env, PATH: `${folder}:${process.env.PATH}`, PGHOST: folder };
      return output("sh", [script, "minixdr"], { env });
    };

    it("that all connections are at the writer: nothing", async () => {
      assert.equal((await round([active])).trim(), "");
    });

    it("that one is elsewhere: RECONNECT", async () => {
      assert.match(
        await round([active, "S,app,minixdr,idle,10.0.0.2"]),
        /^1 connections of minixdr were not at 10\.0\.0\.1: RECONNECT/,
      );
    });

    // As PgBouncer 1.24.1 shows one, asked while its resolver had not answered.
    it("that one's host is still being looked up: nothing", async () => {
      assert.equal((await round([active, "S,app,minixdr,new,(bad-af)"])).trim(), "");
    });

    it("that one is being made to where the writer was: RECONNECT", async () => {
      assert.match(await round([active, "S,app,minixdr,new,10.0.0.2"]), /^1 connections/);
    });

    describe("while another sidecar follows the topology", () => {
      const elsewhere = [active, "S,app,minixdr,idle,10.0.0.2"];
      const entry = "minixdr = host=two port=5432 dbname=minixdr\n";
      const signed = (secondsAgo: number) => {
        const lease = path.join(folder, "topology.lease");
        writeFileSync(lease, "");
        const at = Date.now() / 1000 - secondsAgo;
        utimesSync(lease, at, at);
        writeFileSync(path.join(folder, "entries.ini"), entry);
      };
      const entries = () => readFileSync(path.join(folder, "entries.ini"), "utf8");

      it("leaves all to it", async () => {
        signed(1);
        assert.equal((await round(elsewhere)).trim(), "");
        assert.equal(entries(), entry);
      });

      it("goes back to the names when it has not signed for 3 s", async () => {
        signed(5);
        const said = (await round(elsewhere)).trim().split("\n");
        assert.deepEqual(said, [
          "reloaded",
          "nobody follows the topology: back to the names",
          "1 connections of minixdr were not at 10.0.0.1: RECONNECT",
        ]);
        assert.equal(entries(), "");
      });
    });

    it("that another database's is elsewhere: nothing", async () => {
      assert.equal((await round([active, "S,app,other,active,10.0.0.2"])).trim(), "");
    });
  });
});
