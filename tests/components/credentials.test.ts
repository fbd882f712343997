import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { scramVerifier } from "../../lib/scram-verifier";
import { dependentsOf } from "../../plan/dependents";
import { evaluateValues } from "../../plan/evaluate";
import type { Plan } from "../../plan/plan";
import { readStackSettings } from "../../plan/stack-settings";
import { standIn } from "../../plan/stand-ins";
import { named, plannedStack, program, root } from "../support/planned";

const duties = ["migrations", "app", "read-only", "backup", "restore", "exporter"];
/** Passwords that have no second login beside them. */
const single = ["database-master", "cache", "pooler-statistics"];

/** The plan of prod after so many rotations. */
async function rotated(rotation: number): Promise<Plan> {
  // What else is being evaluated uses the same runtime.
  await plannedStack("prod");
  const settings = readStackSettings(root, "prod");
  const credentials = JSON.stringify({ rotation });
  return evaluateValues(await program(), {
    ...settings,
    config: { ...settings.config, "mini-xdr:credentials": credentials },
  });
}

const password = (purpose: string) => `credentials-${purpose}-password`;
const keepers = (plan: Plan, purpose: string) =>
  JSON.stringify(named(plan, password(purpose)).inputs.keepers);
/** The passwords behind a property of a resource, by their names. */
const behind = (plan: Plan, resource: string, property: string) =>
  (named(plan, resource).propertyDependencies[property] ?? []).map((urn) => urn.split("::").at(-1));
const checksum = (...contents: object[]) =>
  createHash("sha256").update(JSON.stringify(contents)).digest("hex");

/** The password that the plan's stand-in gives a login. */
function planned(purpose: string, username: string) {
  const type = "random:index/randomPassword:RandomPassword";
  const { state } = standIn(
    { type, name: password(purpose), inputs: { length: 40 }, custom: true },
    {},
  );
  return { username, password: String(state.result) };
}

const verifier = (purpose: string, username: string) =>
  scramVerifier(username, planned(purpose, username).password);
const role = (duty: string) => `minixdr_${duty.replace("-", "_")}`;

describe("passwords", () => {
  it("reach neither the bootstrap nor the pooler's user list: these have verifiers", async () => {
    const plan = await plannedStack("prod");
    const value = (release: string) =>
      (named(plan, release).inputs.values as { secretsChecksum: string }).secretsChecksum;
    const verifiers = duties.flatMap((duty) => [
      [`${duty}.username`, role(duty)],
      [`${duty}.verifier`, verifier(`database-${duty}`, role(duty))],
      [`${duty}.clone-verifier`, verifier(`database-${duty}-clone`, `${role(duty)}_clone`)],
    ]);
    assert.equal(
      value("database-roles-release"),
      checksum(planned("database-master", "minixdr_master"), Object.fromEntries(verifiers)),
    );
    const users = ["app", "read-only"].flatMap((duty) => [
      [role(duty), verifier(`database-${duty}`, role(duty))],
      [`${role(duty)}_clone`, verifier(`database-${duty}-clone`, `${role(duty)}_clone`)],
    ]);
    const statistics = planned("pooler-statistics", "pgbouncer_exporter");
    users.push([statistics.username, scramVerifier(statistics.username, statistics.password)]);
    const list = users.map(([name, secret]) => `"${name}" "${secret}"\n`).join("");
    // Who asks for the topology is a client of the database itself.
    const asking = planned("database-exporter", role("exporter"));
    assert.equal(
      value("pgbouncer-release"),
      checksum({ "userlist.txt": list }, statistics, asking),
    );
  });

  it("keep nothing before the first rotation, so that no stack loses those it has", async () => {
    const plan = await plannedStack("prod");
    for (const duty of duties)
      for (const login of [`database-${duty}`, `database-${duty}-clone`])
        assert.equal(keepers(plan, login), undefined, login);
  });
});

describe("a rotation", function () {
  this.timeout(60_000);
  const plans: Plan[] = [];

  before(async () => {
    for (const rotation of [0, 1, 2, 3]) plans.push(await rotated(rotation));
  });

  const steps = () => plans.slice(1).map((after, before) => [plans[before]!, after] as const);

  it("changes of each duty the one password that nobody uses, and takes it into use", () => {
    for (const [before, after] of steps())
      for (const duty of duties) {
        const both = [`database-${duty}`, `database-${duty}-clone`];
        const changed = both.filter((login) => keepers(before, login) !== keepers(after, login));
        const value = `credentials-database-${duty}-value`;
        assert.equal(changed.length, 1, duty);
        assert.deepEqual(behind(after, value, "secretString"), changed.map(password));
        assert.notDeepEqual(behind(before, value, "secretString"), changed.map(password));
      }
  });

  it("changes every other password too", () => {
    for (const [before, after] of steps())
      for (const purpose of single)
        assert.notEqual(keepers(before, purpose), keepers(after, purpose), purpose);
  });

  it("leaves pooler and bootstrap both logins, and gives clients the one in use", () => {
    for (const [rotation, plan] of plans.entries()) {
      const login = rotation % 2 === 0 ? "" : "-clone";
      for (const [secret, purpose] of [
        ["application-secret-database-app", "database-app"],
        ["application-secret-database-read-only", "database-read-only"],
        ["application-secret-database-migrations", "database-migrations"],
        ["database-roles-secret-database-backup", "database-backup"],
        ["database-roles-secret-database-restore", "database-restore"],
      ] as const)
        assert.deepEqual(behind(plan, secret, "stringData"), [password(`${purpose}${login}`)]);
      assert.equal(behind(plan, "pgbouncer-secret-pgbouncer-users", "stringData").length, 5);
      assert.equal(
        behind(plan, "database-roles-secret-database-verifiers", "stringData").length,
        12,
      );
    }
  });

  it("gives a client's Secret its content only after server, pooler and cache take it", () => {
    const plan = plans[1]!;
    const after = (name: string) => dependentsOf(plan, [named(plan, name)]).map((r) => r.name);
    const pooled = after("pgbouncer-release");
    for (const duty of ["app", "read-only", "migrations"])
      assert.ok(pooled.includes(`application-secret-database-${duty}`), duty);
    const known = after("database-roles-release");
    assert.ok(known.includes("pgbouncer-release"));
    assert.ok(known.includes("database-roles-secret-database-backup"));
    assert.deepEqual(behind(plan, "application-secret-cache", "stringData"), [
      "cache-replication-group",
      "credentials-cache-password",
    ]);
  });
});
