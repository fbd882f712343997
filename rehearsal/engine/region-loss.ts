import { readFileSync } from "node:fs";
import path from "node:path";
import { dayOf } from "../../lib/day";
import { claim, type Claim } from "../../lib/claim";
import { at } from "../../policies/model/resource";
import { releaseType } from "../../plan/releases";
import type { Plan } from "../../plan/plan";
import type { Drill, Say } from "../drill";
import { workloadsOf } from "./drills";
import type { EngineStack } from "./engine-stack";
import { SecondStack } from "./second-stack";

const day = 24 * 3600 * 1000;
/** A Region that is neither of a stack's two. */
const third = "eu-north-1";
/** Seconds for the first `up` in the other Region: as long as in an empty account. */
const bringUpLimit = 300;
/** The words of the runbook that the drill carries out, with these names of its example. */
const example = { stack: "prod", second: "prod-2", name: "xdr.example.com" };

/**
 * The stack's Region answers nothing any more. In the other one a second stack is brought up by the
 * commands of docs/runbooks/region-loss.md, and given the users' name; before it, the way that the
 * runbook had until 2026-11-26 is tried in the same account, and has to fail.
 */
export const regionLoss: Drill<EngineStack> = {
  name: "region-loss",
  title: "Lost Region: docs/runbooks/region-loss.md",
  async run(stack, say) {
    const { settings, plan } = stack.options;
    const lost = settings.config["aws:region"]!;
    const there = await workloadsOf(stack);
    const state = await stack.state();
    for (const [name, tag] of ownImages(plan)) stack.account.push(name, tag, lost);
    await stack.cluster.destroy();
    stack.account.loseRegion(lost);
    const injection = `every request to ${lost} is counted and ends as a time-out; its cluster's processes are killed`;
    say("the runbook of before");
    const before = await oldWay(stack, say);
    const asked = stack.account.unanswered.length;
    const taken = stack.account.takenOver.length;
    const second = await configured(stack);
    const rendered = await second.command("render");
    if (rendered.code !== 0) throw new Error(`npm run render: ${rendered.stderr}`);
    const preview = await second.command("preview", "--stack", second.name);
    const recovered = await second.start(say);
    try {
      const claims = [
        ...before,
        previewed(preview),
        ...(await broughtUp(recovered, lost, there, say)),
        ...(await named(stack, recovered, second, taken, say)),
        count(
          "asked",
          "The lost Region was asked 0 times by the second stack",
          stack.account.unanswered.slice(asked).map(({ urn }) => urn),
        ),
        holds("state", "The lost stack's state is what it was", (await stack.state()) === state),
      ];
      return claims.map((one) => ({ ...one, injection }));
    } finally {
      await recovered.stop();
    }
  },
};

/**
 * Regions exchanged, the lost one for the copies, everything made afresh: it cannot work. Whichever
 * of its two obstacles the engine meets first is taken away, and the other one stops it.
 */
async function oldWay(stack: EngineStack, say: Say): Promise<Claim[]> {
  const { config, stack: first } = stack.options.settings;
  const [lost, other] = [config["aws:region"]!, config["mini-xdr:recoveryRegion"]!];
  const name = `${first}-exchanged`.slice(0, 14);
  const set = (key: string, value: string) => ["config", "set", "--path", key, value];
  const zones = zonesOf(stack).map((zone, index) =>
    set(`mini-xdr:network.zones[${index}]`, zone.replace(lost, other)),
  );
  const second = await SecondStack.configure(stack, {
    name,
    configured: [set("aws:region", other), set("mini-xdr:recoveryRegion", lost), ...zones].map(
      (words) => [...words, "--stack", name],
    ),
  });
  await second.command("render");
  const exchanged = await second.start(say);
  try {
    const failed = await failureOf(exchanged.up(say));
    const byName = /AlreadyExists/.test(failed);
    await exchanged.pulumi(
      byName ? set("mini-xdr:recovery.of", first) : set("mini-xdr:recoveryRegion", third),
    );
    const again = await failureOf(exchanged.pulumi(["up", "--yes"]));
    const said = failed + again;
    return [
      holds(
        "old-way",
        "With the Regions exchanged, as the runbook had it, the up fails, and without what stopped it fails again",
        failed !== "" && again !== "",
      ),
      holds(
        "old-names",
        "Its repositories exist already",
        /RepositoryAlreadyExistsException/.test(said),
      ),
      holds(
        "old-copies",
        "The lost Region is asked to hold copies, and does not answer",
        /RequestTimeout/.test(said),
      ),
    ];
  } finally {
    await exchanged.stop();
  }
}

/** What a command says that has to fail; empty when it did not. */
function failureOf(running: Promise<unknown>): Promise<string> {
  return running.then(
    () => "",
    (error: Error) => error.message,
  );
}

/** The second stack as the runbook's own lines configure it. */
function configured(stack: EngineStack): Promise<SecondStack> {
  return SecondStack.configure(stack, {
    name: secondName(stack),
    configured: configurationLines(stack).filter((words) => !words.includes(userName(stack))),
    alone: {
      until: dayOf(new Date(Date.now() + 14 * day)),
      reason: "a rehearsal of the loss of a Region",
    },
  });
}

function previewed({ code, stdout }: { code: number; stdout: string }): Claim {
  const loud = /ALONE until .*no copy in another Region/.test(stdout);
  return holds(
    "preview",
    "The preview passes the pack, and says until when nothing has a copy in another Region, and why",
    code === 0 && loud,
  );
}

async function broughtUp(
  recovered: EngineStack,
  lost: string,
  there: string[],
  say: Say,
): Promise<Claim[]> {
  const since = performance.now();
  await recovered.up(say);
  const seconds = (performance.now() - since) / 1000;
  const changes = await recovered.changes();
  const { plan, account, settings } = recovered.options;
  const here = settings.config["aws:region"]!;
  const now = await workloadsOf(recovered);
  const naming = recovered.cloud.all().filter(({ inputs }) => names(inputs, lost));
  return [
    claim({
      id: "region-loss.seconds",
      claim: "The first up beside what replication has made passes the pack and succeeds",
      value: seconds,
      unit: "s",
      limit: bringUpLimit,
      kind: "simulated",
    }),
    count(
      "changes-left",
      "A second preview changes nothing",
      changes.map(({ urn }) => urn),
    ),
    count(
      "workloads-missing",
      `The same ${there.length} workloads are there`,
      there.filter((workload) => !now.includes(workload)),
    ),
    count(
      "images-missing",
      "Every image of ours is in the Region's own registry, in a repository that was taken over",
      ownImages(plan)
        .map(([name, tag]) => `${here} ${name}:${tag}`)
        .filter((image) => !account!.images.has(image)),
    ),
    count(
      "lost-region-named",
      `Nothing that it has made names ${lost}: no copy, no replica, no address`,
      naming.map(({ urn }) => urn),
    ),
  ];
}

/** The users' name is moved, by one more line of the runbook and a second up. */
async function named(
  stack: EngineStack,
  recovered: EngineStack,
  second: SecondStack,
  taken: number,
  say: Say,
): Promise<Claim[]> {
  const name = userName(stack);
  const { account } = stack;
  const untouched = account.leadsTo(name) === (await stack.outputs()).loadBalancerDnsName;
  const early = account.takenOver.slice(taken);
  for (const words of configurationLines(stack).filter((line) => line.includes(name)))
    await recovered.pulumi(words.filter((word) => word !== "--stack" && word !== second.name));
  await recovered.up(say);
  const leads = account.leadsTo(name) === (await recovered.outputs()).loadBalancerDnsName;
  const records = account.takenOver.slice(taken).filter((one) => !/route53\/record/.test(one));
  return [
    holds(
      "name-early",
      `Until it is moved, ${name} is left alone`,
      untouched && early.length === 0,
    ),
    holds("name", `${name} leads to the second stack's load balancer`, leads),
    count("taken-over", "No other name of the lost stack was taken over", records),
  ];
}

/** The `pulumi config` lines of the runbook, for this stack. */
function configurationLines(stack: EngineStack): string[][] {
  const { root, settings } = stack.options;
  const text = readFileSync(path.join(root, "docs/runbooks/region-loss.md"), "utf8");
  const mine: Record<string, string> = {
    [example.stack]: settings.stack,
    [example.second]: secondName(stack),
    [example.name]: userName(stack),
  };
  const lines = [...text.matchAll(/^ *npx pulumi (config .+)$/gm)].map(([, line]) =>
    line!
      .split(" ")
      .map((word) => word.replaceAll("'", ""))
      .map((word) => mine[word] ?? word),
  );
  if (lines.length === 0) throw new Error("docs/runbooks/region-loss.md configures nothing");
  return lines.filter((words) => !words.includes("mini-xdr:recoveryRegion") || words[1] === "rm");
}

function secondName({ options }: EngineStack): string {
  return `${options.settings.stack}-2`;
}

function userName({ options }: EngineStack): string {
  return new URL(String(options.plan.outputs.url)).hostname;
}

function zonesOf({ options }: EngineStack): string[] {
  return (JSON.parse(options.settings.config["mini-xdr:network"]!) as { zones: string[] }).zones;
}

/** Repository and tag of each image of our own registry that releases run. */
function ownImages({ resources }: Plan): [name: string, tag: string][] {
  const found = new Map<string, string>();
  const collect = (value: unknown): void => {
    if (value === null || typeof value !== "object") return;
    const { repository, tag } = value as Record<string, unknown>;
    const name = /\.amazonaws\.com\/(.+)$/.exec(String(repository))?.[1];
    if (name) found.set(name, String(tag));
    Object.values(value).forEach(collect);
  };
  for (const { type, inputs } of resources) if (type === releaseType) collect(at(inputs, "values"));
  return [...found];
}

function names(value: unknown, region: string): boolean {
  if (typeof value === "string") return value.includes(region);
  return value !== null && typeof value === "object"
    ? Object.values(value).some((part) => names(part, region))
    : false;
}

function holds(id: string, text: string, held: boolean): Claim {
  return claim({ id: `region-loss.${id}`, claim: text, value: held ? 0 : 1, unit: "", limit: 0 });
}

function count(id: string, text: string, found: string[]): Claim {
  const listed = found.map((one) => one.split("::").at(-1)).join(", ");
  return claim({
    id: `region-loss.${id}`,
    claim: found.length === 0 ? text : `${text}; not ${listed}`,
    value: found.length,
    unit: "",
    limit: 0,
  });
}
