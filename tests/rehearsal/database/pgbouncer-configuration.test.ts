import assert from "node:assert/strict";
import { PgBouncerConfiguration } from "../../../rehearsal/database/pgbouncer-configuration";

const shipped = new PgBouncerConfiguration(
  [
    "[databases]",
    "a = host=h port=1",
    "[pgbouncer]",
    "admin_users =",
    "listen_addr = *",
    "dns_max_ttl = 2",
  ].join("\n"),
);

describe("PgBouncerConfiguration", () => {
  it("reads a value, an empty one too", () => {
    assert.equal(shipped.get("listen_addr"), "*");
    assert.equal(shipped.get("admin_users"), "");
    assert.equal(shipped.get("absent"), undefined);
  });

  it("replaces values and shows what it replaced", () => {
    const used = shipped.replace({ listen_addr: "127.0.1.1" });
    assert.deepEqual(shipped.difference(used), ["- listen_addr = *", "+ listen_addr = 127.0.1.1"]);
  });

  it("adds no setting that is not shipped", () => {
    assert.throws(() => shipped.replace({ auth_file: "x" }), /auth_file is not set/);
  });

  it("leaves settings out, so that PgBouncer's defaults apply", () => {
    const plain = shipped.without(["dns_max_ttl"]);
    assert.deepEqual(shipped.difference(plain), ["- dns_max_ttl = 2"]);
  });
});
