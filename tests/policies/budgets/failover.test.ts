import assert from "node:assert/strict";
import { patience } from "../../../images/pooler/console";
import { freshFor, unsureFor } from "../../../images/pooler/decide";
import { askEvery } from "../../../images/pooler/instance";
import {
  describeFailover,
  failoverBudget,
  timeToLive,
  writers,
  type FailoverBudget,
} from "../../../policies/budgets/failover";
import { follower, followerContainer } from "../../../policies/budgets/follower";
import { poolers } from "../../../policies/model/pooler";
import { Stack, type Resource } from "../../../policies/model/resource";
import { judgedStack, setting } from "../support";

/** What the chart writes without a sidecar, where prod has one. */
const byTheName = { server_login_retry: "1" };

/** The budget of prod with these settings of PgBouncer, without a sidecar that follows, or with one. */
async function budget(settings: Record<string, string>, followed: boolean) {
  const judged = await judgedStack("prod");
  const [pooler] = poolers(new Stack(judged.resources));
  const change = (resource: Resource): Resource => {
    if (resource === pooler!.pods) {
      const containers = [
        { name: "pgbouncer" },
        ...(followed ? [{ name: followerContainer }] : []),
      ];
      return setting("spec/template/spec/containers", containers)(resource);
    }
    if (resource !== pooler!.configuration) return resource;
    const { "pgbouncer.ini": ini } = resource.properties.data as Record<string, string>;
    const changed = Object.entries(settings).reduce(
      (text, [key, value]) => text.replace(new RegExp(`^${key} = .*$`, "m"), `${key} = ${value}`),
      ini!,
    );
    return setting("data/pgbouncer.ini", changed)(resource);
  };
  const stack = new Stack(judged.resources.map(change));
  return failoverBudget(writers(stack)[0]!, stack, judged.settings) as FailoverBudget;
}

describe("the failover budget", () => {
  it("knows the sidecar's constants", () => {
    assert.deepEqual(
      [follower.ask, follower.fresh, follower.obey, follower.unsure],
      [askEvery, freshFor, patience, unsureFor].map((milliseconds) => milliseconds / 1000),
    );
  });

  it("counts AWS's time to live by the name, as it outlasts a dead socket", async () => {
    const { byName, followed, own } = await budget(byTheName, false);
    assert.equal(byName.phases[0]?.seconds, timeToLive.seconds);
    assert.deepEqual([byName.seconds, own, followed], [9, 9, undefined]);
  });

  it("counts a dead socket that outlasts it", async () => {
    const { byName } = await budget({ ...byTheName, tcp_user_timeout: "6000" }, false);
    assert.deepEqual(byName.phases[0], { what: "dead socket", seconds: 6 });
    assert.equal(byName.seconds, 10);
  });

  it("counts no name where the topology is followed, and the name's way where it fails", async () => {
    const found = await budget({}, true);
    assert.deepEqual(
      found.followed?.phases.map(({ what }) => what),
      ["noticing", "confirming", "re-pointing", "connect", "login retry"],
    );
    assert.deepEqual([found.followed?.seconds, found.byName.seconds, found.own], [4.5, 8.1, 8.1]);
  });

  it("is printed phase by phase", async () => {
    assert.equal(
      describeFailover(await budget({}, true)),
      'failover budget: 35 s quoted by AWS ("typically under 35 seconds") + at worst 4.5 s ' +
        "(noticing 0.7, confirming 0.7, re-pointing 1, connect 2, login retry 0.1) where the topology is followed, " +
        "8.1 s (AWS's time to live 5, DNS 1, connect 2, login retry 0.1) where the name decides = 43.1 s of 45 s",
    );
    assert.match(
      describeFailover(await budget(byTheName, false)),
      /\+ at worst 9 s \(AWS's time to live 5, DNS 1, connect 2, login retry 1\) by the name = 44 s of 45 s$/,
    );
  });
});
