import assert from "node:assert/strict";
import { scramVerifier } from "../../../lib/scram-verifier";
import { objectsOf } from "../../../plan/releases";
import { Secrets } from "../../../rehearsal/services/secrets";
import { addressesIn } from "../../../rehearsal/services/subnets";
import { plannedStack } from "../../support/planned";

const certificates = { authority: "AUTHORITY", pooler: { certificate: "CERTIFICATE", key: "KEY" } };

interface WithData {
  kind: string;
  metadata: { name: string; namespace?: string };
  stringData?: Record<string, string>;
  data?: Record<string, string>;
}

describe("the secrets of a run", () => {
  it("replace every sealed value of the plan, in both stacks", async () => {
    for (const stack of ["staging", "prod"] as const) {
      const planned = objectsOf(await plannedStack(stack));
      const filled = new Secrets(certificates).fill(planned);
      assert.equal(filled.length, planned.length);
      assert.doesNotMatch(JSON.stringify(filled), /\[secret\]|stand-in for/);
    }
  });

  it("give a login its password, and who checks it a verifier of that password", async () => {
    const secrets = new Secrets(certificates);
    const filled = secrets.fill(objectsOf(await plannedStack("prod"))) as WithData[];
    const data = (name: string) =>
      filled.filter(({ metadata }) => metadata.name === name).map(({ stringData }) => stringData!);
    const [app, ...others] = data("database-app");
    assert.deepEqual(others, []);
    const verifier = scramVerifier(app!.username!, app!.password!);
    assert.equal(data("database-verifiers")[0]!["app.verifier"], verifier);
    const users = data("pgbouncer-users")[0]!["userlist.txt"]!;
    assert.ok(users.includes(`"minixdr_app" "${verifier}"\n`));
    const checking = JSON.stringify([users, data("database-verifiers")]);
    assert.deepEqual(
      secrets.logins.passwords.filter((password) => checking.includes(password)),
      [],
    );
  });

  it("differ from run to run", () => {
    const passwords = [1, 2].map(() => new Secrets(certificates).database.app.password);
    assert.notEqual(passwords[0], passwords[1]);
  });

  it("name a sealed value that they do not know", () => {
    const unknown = { apiVersion: "v1", kind: "Secret", metadata: { name: "new" } };
    assert.throws(
      () =>
        new Secrets(certificates).fill([{ ...unknown, stringData: { key: "[secret]" } } as never]),
      /Secret new\/key/,
    );
  });
});

describe("addresses of a plan's subnets", () => {
  it("are one a zone, inside the planned blocks", async () => {
    const plan = await plannedStack("prod");
    assert.deepEqual(addressesIn(plan, "database", 11), [
      "10.20.20.11",
      "10.20.52.11",
      "10.20.84.11",
    ]);
    assert.deepEqual(addressesIn(plan, "public", 10), [
      "10.20.16.10",
      "10.20.48.10",
      "10.20.80.10",
    ]);
  });
});
