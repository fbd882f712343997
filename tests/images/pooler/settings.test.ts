import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { EntriesFile } from "../../../images/pooler/entries";
import { readSettings, UsageError } from "../../../images/pooler/settings";

describe("the files and the environment of the sidecar", () => {
  let folder: string;
  let env: Record<string, string>;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), "mini-xdr-pooler-"));
    const file = (name: string, text: string) => {
      writeFileSync(path.join(folder, name), text);
      return path.join(folder, name);
    };
    env = {
      TOPOLOGY_CONFIG: file(
        "pgbouncer.ini",
        "[databases]\nminixdr = host=w.test port=5432 dbname=x\nminixdr_ro = host=r.test port=5432 dbname=x\n",
      ),
      TOPOLOGY_RUN: folder,
      TOPOLOGY_WRITER: "minixdr",
      TOPOLOGY_READER: "minixdr_ro",
      TOPOLOGY_ENDPOINTS: "A.test, b.test",
      TOPOLOGY_USER: "topology",
      TOPOLOGY_PASSWORD: "secret",
      TOPOLOGY_CA_FILE: file("ca.pem", "pem"),
    };
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("say what is pooled, as PgBouncer's own configuration does", () => {
    const { writer, reader, endpoints, metricsPort } = readSettings(env);
    assert.deepEqual(writer, { name: "minixdr", host: "w.test", port: 5432, dbname: "x" });
    assert.equal(reader?.host, "r.test");
    assert.deepEqual(endpoints, ["a.test", "b.test"]);
    assert.equal(metricsPort, 9128);
  });

  it("are refused with all that is wrong at once", () => {
    const wrong = { ...env, TOPOLOGY_PORT: "x", TOPOLOGY_WRITER: "other", TOPOLOGY_USER: "" };
    assert.throws(
      () => readSettings({ ...wrong, TOPOLOGY_ENDPOINTS: "a.test" }),
      (error: Error) => {
        assert.ok(error instanceof UsageError);
        assert.deepEqual(error.message.split("\n").sort(), [
          "TOPOLOGY_CONFIG: no entry other with host, port, dbname",
          "TOPOLOGY_ENDPOINTS: one instance has no other to follow",
          "TOPOLOGY_PORT: x is no port",
          "TOPOLOGY_USER is not set",
        ]);
        return true;
      },
    );
  });

  it("tell what an earlier process left", () => {
    const file = new EntriesFile(path.join(folder, "entries.ini"));
    assert.equal(file.read().size, 0);
    file.write([{ database: "minixdr", host: "b.test", port: 5432, dbname: "x" }]);
    assert.deepEqual([...file.read()], [["minixdr", "b.test"]]);
    file.write([]);
    assert.equal(file.read().size, 0);
  });
});
