import assert from "node:assert/strict";
import { hostOf, parsePgBouncerIni } from "../../../policies/model/pgbouncer-ini";

describe("a pgbouncer.ini", () => {
  it("is read by section and key", () => {
    const text = [
      "; a comment = none",
      "# another = none",
      "[databases]",
      "minixdr = host=writer.example port=5432 dbname=minixdr",
      "  minixdr_ro=port=5432  host=reader.example",
      "",
      "[pgbouncer]",
      "admin_users =",
      "listen_addr = *  ",
      "auth_query = SELECT a FROM b WHERE c = $1 ; not a comment",
      "dns_max_ttl = 15",
      "dns_max_ttl = 1",
    ].join("\n");
    const { databases, pgbouncer } = parsePgBouncerIni(text);
    assert.deepEqual(Object.values(databases!).map(hostOf), ["writer.example", "reader.example"]);
    assert.deepEqual(pgbouncer, {
      admin_users: "",
      listen_addr: "*",
      auth_query: "SELECT a FROM b WHERE c = $1 ; not a comment",
      dns_max_ttl: "1",
    });
  });

  it("keeps a section that is opened twice", () => {
    assert.deepEqual(parsePgBouncerIni("[a]\nx = 1\n[b]\n[a]\ny = 2"), {
      a: { x: "1", y: "2" },
      b: {},
    });
  });

  it("names no server where it connects by socket", () => {
    assert.equal(hostOf("port=5432"), undefined);
  });
});
