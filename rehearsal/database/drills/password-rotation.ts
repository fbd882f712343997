import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { claim, type Claim } from "../../../lib/claim";
import type { Drill, Say } from "../../drill";
import type { DatabaseBed } from "../bed";
import type { Laboratory } from "../laboratory";
import { Ledger } from "../ledger";
import { duties, type Login, type Logins } from "../logins";

const rate = 100; // writes a second, of old and new pods each
const lifetime = 5; // s; the application pool's, shortened from 120
const preStop = 1; // s; shortened from the chart's, as no endpoint has to travel through a cluster here
const overlap = 6; // s in which old and new pods serve side by side: each connection is opened anew

const quiet = 12; // s after which former clients count as gone: 10, shortened from the bootstrap's 120

/** Every password of the database path is changed under load, in the order that `up` takes. */
export const passwordRotation: Drill<DatabaseBed> = {
  name: "password-rotation",
  title: "Every password is changed, twice",
  async run({ laboratory }, say) {
    const verifiers = await withoutPasswords(laboratory);
    const first = laboratory.logins;
    say("the login that nobody uses gets a new password: server, poolers, pods");
    const once = await rotate(laboratory, first.rotated());
    const second = laboratory.logins;
    await pause(quiet * 1000);
    say("the same again, as after a leak");
    const twice = await rotate(laboratory, second.rotated());
    const claims = [
      verifiers,
      ...outcome("password-rotation", "in the rotation", once),
      ...outcome("password-rotation.again", "in the second, right after it", twice),
      ...(await validity(laboratory, first, second)),
      await exporters(laboratory),
    ];
    say("controls: the login that is in use gets a new password, in the same order");
    return [...claims, ...(await refusal(laboratory, say)), await control(laboratory, say)];
  },
};

interface Rotation {
  ledgers: Ledger[];
  lost: number;
  injection: string;
}

/**
 * Server first, then each pooler, then the pods, which are replaced while the old ones still serve.
 * The poolers are replaced, as PgBouncer's pods are when their secret's checksum changes.
 */
async function rotate(laboratory: Laboratory, logins: Logins): Promise<Rotation> {
  const { poolers, cluster } = laboratory;
  const before = laboratory.logins;
  laboratory.serve(poolers);
  const path = `rotation ${logins.rotation} ${performance.now()}`;
  const ledgers = [new Ledger(`${path} old`, laboratory.throughService(lifetime), rate)];
  try {
    await pause(1000);
    laboratory.logins = logins;
    await laboratory.bootstrapAgain(true);
    for (const old of [...poolers]) {
      await laboratory.succeed(old);
      await pause(preStop * 1000);
      await old.drain();
    }
    ledgers.push(new Ledger(`${path} new`, laboratory.throughService(lifetime), rate));
    await pause(overlap * 1000);
  } finally {
    for (const ledger of ledgers) await ledger.stop();
    for (const ledger of ledgers) await ledger.database.close();
  }
  const missing = await Promise.all(
    ledgers.map((ledger) => ledger.lost(cluster.writer, "minixdr")),
  );
  const [was, is] = [before.current("app").username, logins.current("app").username];
  return {
    ledgers,
    lost: missing.flat().length,
    injection: `${duties.length} duties, master and statistics have new passwords; pods went from ${was} to ${is}`,
  };
}

function outcome(id: string, when: string, { ledgers, lost, injection }: Rotation): Claim[] {
  const all = ledgers.flatMap(({ entries }) => entries);
  const failed = ledgers.flatMap((ledger) => ledger.failed);
  const example = failed[0] ? `, such as ${failed[0].failure}` : "";
  return [
    claim({
      id: `${id}.failed`,
      claim: `failed of ${all.length} requests ${when}${example}`,
      value: failed.length,
      unit: "",
      limit: 0,
      injection,
    }),
    claim({
      id: `${id}.retried`,
      claim: `requests that needed their retry ${when}`,
      value: ledgers.reduce((sum, { database }) => sum + database.retries, 0),
      unit: "",
      injection,
    }),
    claim({
      id: `${id}.lost`,
      claim: `acknowledged writes missing ${when}`,
      value: lost,
      unit: "",
      limit: 0,
      injection,
    }),
  ];
}

/** What is in front of the servers and behind them logs in without anybody but clients having a password. */
async function withoutPasswords({ poolers, logins }: Laboratory): Promise<Claim> {
  const lists = await Promise.all(
    poolers.map(({ sockets }) => readFile(join(sockets, "userlist.txt"), "utf8")),
  );
  const held = logins.passwords.filter((password) => lists.some((list) => list.includes(password)));
  return claim({
    id: "password-rotation.user-list",
    claim: `passwords in the user lists of ${poolers.length} PgBouncers that all of this runs through`,
    value: held.length,
    unit: "",
    limit: 0,
  });
}

/** After two rotations: the last two passwords of each duty log in, the one before no more. */
async function validity(laboratory: Laboratory, first: Logins, second: Logins): Promise<Claim[]> {
  const third = laboratory.logins;
  const count = async (logins: Login[]) => {
    const admitted = await Promise.all(logins.map((login) => laboratory.admits(login)));
    return admitted.filter(Boolean).length;
  };
  const of = (logins: Logins) => duties.map((duty) => logins.current(duty));
  const valid = [...of(third), ...of(second), third.master];
  const ended = [...of(first), first.master, second.master];
  return [
    claim({
      id: "password-rotation.refused",
      claim: `logins refused by the server of ${valid.length}: each duty's last two, and the master`,
      value: valid.length - (await count(valid)),
      unit: "",
      limit: 0,
    }),
    claim({
      id: "password-rotation.still-valid",
      claim: `logins of two rotations ago, and former master's, that the server still admits, of ${ended.length}`,
      value: await count(ended),
      unit: "",
      limit: 0,
    }),
  ];
}

/** Metrics: each pooler's own exporter has the password that its pod was started with. */
async function exporters({ poolers }: Laboratory): Promise<Claim> {
  const asked = await Promise.allSettled(poolers.map((pooler) => pooler.exportedPool("minixdr")));
  return claim({
    id: "password-rotation.exporters",
    claim: `exporters that their PgBouncer refuses, of ${poolers.length}`,
    value: asked.filter(({ status }) => status === "rejected").length,
    unit: "",
    limit: 0,
  });
}

/** Both logins of a duty at once, as by a number that was raised by two: the bootstrap stops it. */
async function refusal(laboratory: Laboratory, say: Say): Promise<Claim[]> {
  const before = laboratory.logins;
  const ledger = new Ledger("refused rotation", laboratory.throughService(lifetime), rate);
  let said = "";
  try {
    await pause(1000);
    laboratory.logins = before.rotated().rotated();
    await laboratory.bootstrapAgain(true).catch((error: Error) => (said = error.message));
    await pause(overlap * 1000);
  } finally {
    laboratory.logins = before;
    await laboratory.bootstrapAgain(true);
    await ledger.stop();
    await ledger.database.close();
  }
  const refusal = /clients use [^\n]*/.exec(said)?.[0];
  say(refusal ?? `the bootstrap said: ${said}`);
  return [
    claim({
      id: "password-rotation.jump",
      claim: "a bootstrap that would change the password in use: 0 is refused",
      value: refusal ? 0 : 1,
      unit: "",
      limit: 0,
      injection: refusal,
    }),
    claim({
      id: "password-rotation.jump.failed",
      claim: `failed of ${ledger.entries.length} requests meanwhile`,
      value: ledger.failed.length,
      unit: "",
      limit: 0,
    }),
  ];
}

/** One login a duty, changed in place: pods with the old password meet servers and poolers without it. */
async function control(laboratory: Laboratory, say: Say): Promise<Claim> {
  // Without what the bootstrap knows of the last run, it refuses nothing.
  for (const { username } of laboratory.logins.all)
    await laboratory.cluster.writer.sql(`COMMENT ON ROLE ${username} IS NULL`);
  const { ledgers } = await rotate(laboratory, laboratory.logins.replaced());
  const failed = ledgers.flatMap((ledger) => ledger.failed);
  say(`${failed.length} failed, such as ${failed[0]?.failure}`);
  return claim({
    id: "password-rotation.in-place",
    claim: `the same with one login a duty, whose password is changed in place: 0 is "requests failed" seen (${failed.length})`,
    value: failed.some(({ failure }) => /authentication failed|login/i.test(failure ?? "")) ? 0 : 1,
    unit: "",
    limit: 0,
    injection: failed[0]?.failure,
  });
}
