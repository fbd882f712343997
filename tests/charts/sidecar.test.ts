import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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

    /**
     * What the script says in some rounds, with programs in the place of PgBouncer's console and the DNS.
     *
     * @param meanwhile what somebody else does while it sleeps
     */
    const round = async (servers: string[], rounds = 1, meanwhile = ":") => {
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
      // So many rounds, and then no more.
      const done = `${folder}/done`;
      program(
        "sleep",
        `echo >> ${done}; [ $(wc -l < ${done}) -le ${rounds} ] || exit 1; ${meanwhile}`,
      );
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
      const entries = () => readFileSync(path.join(folder, "entries.ini"), "utf8");
      beforeEach(() => {
        writeFileSync(path.join(folder, "topology.lease"), "1042.7\n");
        writeFileSync(path.join(folder, "entries.ini"), entry);
      });

      it("leaves all to it while every look finds another signature", async () => {
        const sign = `cat ${folder}/done | wc -l > ${folder}/topology.lease`;
        assert.equal((await round(elsewhere, 6, sign)).trim(), "");
        assert.equal(entries(), entry);
      });

      it("leaves all to it after two looks that find one signature", async () => {
        assert.equal((await round(elsewhere, 2)).trim(), "");
        assert.equal(entries(), entry);
      });

      it("goes back to the names after three, whatever the clock says", async () => {
        const noClock = "echo 'the clock was asked' >&2; exit 1";
        for (const name of ["date", "stat"]) {
          writeFileSync(path.join(folder, name), `#!/bin/sh\n${noClock}\n`);
          chmodSync(path.join(folder, name), 0o755);
        }
        const said = (await round(elsewhere, 3)).trim().split("\n");
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
