import { promised, committed } from "../budgets/ledger";
import { ownLimit, quoted, timeToLive } from "../budgets/failover";
import { follower } from "../budgets/follower";
import { groups, type Group, type Rule } from "../model/rule";
import type { Settings } from "../model/settings";
import { allowedOptions } from "../declared/options";
import { longestAlone, unpromised } from "../model/alone";
import { models } from "../models";
import { rules } from "../rules";
import { replacementPage } from "./replacement-page";
import { tablePage } from "./table-page";

const titles: Record<Group, string> = {
  declared: "Declared or denied",
  workloads: "Workloads",
  database: "Database",
  pooler: "Connection pooler",
  cluster: "Cluster",
  network: "Network",
  backups: "Backups",
  cache: "Cache",
  edge: "Edge",
  keys: "Keys and secrets",
  observability: "Watching",
  stack: "The stack as a whole",
};

/** Where a rule gets what it judges, in words. */
const needs: Record<Rule["needs"], string> = {
  resource: "the resource alone, before it is created",
  release: "the objects of its release, before it is installed",
  stack: "the whole stack, once everything is registered",
};

/** The pages about the pack, by their path from the project's root, as Markdown. */
export function pages(settings: Settings): Record<string, string> {
  return Object.fromEntries([
    ["docs/policies.md", overview(settings)],
    ["docs/policies/table.md", tablePage()],
    ["docs/policies/replacement.md", replacementPage()],
    ...groups.map((group) => [`docs/policies/${group}.md`, groupPage(group)]),
  ]) as Record<string, string>;
}

function overview(settings: Settings): string {
  const rows = rules.map(
    ({ name, group, severity, from, demands }) =>
      `| [${name}](policies/${group}.md#${name}) | ${titles[group]} | ${severity} | ${from} | ${demands} |`,
  );
  return `# Policies

<!-- Written by npm run docs from policies/; a test compares it. -->

${rules.length} rules keep every change from making the stack less available. The preview judges the plan by
them, \`npm run policy -- --plan FILE\` a saved plan, and the engine each resource at \`pulumi preview\`
and \`pulumi up\` with \`--policy-pack policies\`: always the same functions.

- **They fail closed.** What is absent, unknown or sealed is a violation, and the message says so.
  Only what the engine's first preview cannot know may be open, and there the rule judges what
  determines it: the subnets behind a list of ids, the parameter group behind its name.
- **They see into Helm releases.** A local chart is judged by its committed objects, if they belong to
  these very values, or else by what Helm renders; without either the release is a violation. A remote
  chart is judged by a map of its values, declared for one version in \`policies/remote-charts\` and
  compared with the chart by a test. An unknown chart or version is a violation.
- **The tier decides.** A rule is mandatory from its tier upwards (starter, pro, enterprise) and
  advisory below. It is \`mini-xdr:tier\` of \`Pulumi.STACK.yaml\`; a stack without one is enterprise.
- **What one resource tells is judged before it is created.** The other rules see the whole stack after
  its registration: before anything happens in a preview, which CI therefore requires, but only
  after the fact in an \`up\` without one.

## Judged, declared, denied

[policies/declared](policies/table.md) is the table of everything that a stack may hold. Every type,
every property, every kind inside a release, every chart, image, option and embedded setting is in it:
*judged* by the rules that it names, or *declared* indifferent with the values for which that holds.
Whatever is not in it is *denied*, by a mandatory violation that names the place, the value and what to
do. A test breaks every property that the table calls judged and expects one of the named rules to
object; another compares what must exist (\`policies/declared/catalogue\`) with both stacks. These rules
know no exemption: what is to be allowed is declared, in a review of its own.

Of Pulumi's options: ${allowedOptions.map(({ name, types }) => `\`${name}\` ${types.length === 0 ? "nowhere" : `for ${types.length} types`}`).join(", ")}; \`ignoreChanges\` nowhere; a provider of its own nowhere.

**What the pack does not see**, and what else guards it:

- Code: what an image runs, \`reconnect.sh\`, \`roles.sql\`, what an alert's expression means. The tests of
  the images, the database laboratory and the alerts' tests on real Prometheus run them.
- What a remote chart renders beyond its declared map. A test compares the map with the chart. Which
  archive it is says the digest in \`upstream/pins.json\`, once it has been mirrored.
- What the plugin of @pulumi/eks makes beside the cluster itself, and what AWS answers: quotas, limits of
  the account, what somebody has changed by hand.
- Under the engine, before the preview: the options \`retainOnDelete\`, \`replaceOnChanges\`, \`deletedWith\` and
  \`import\`, which the engine does not tell a pack. The preview's plan tells them.
- Values that exist only after creation, at the first preview: the engine asks again with the values.
- The pack itself, where it comes with the change: run \`npm run policy -- --plan FILE --of HEAD\` from the
  base, and HEAD's plan and charts are judged by rules, tables, exemptions and a tier that it cannot have
  edited. Alone, a pack believes a stack's own file that promises less. \`npm run preview -- --against BASE\` does
  it by itself, and says what a change replaces ([which change replaces what](policies/replacement.md)).
  \`.github/CODEOWNERS\` names whose review a change of them needs.

## Models

A rule looks at a property; whether a fault is survived, told, mended or undone is a way through many
objects. Each model computes its ways from the plan and what the releases deploy, and its rule says which
fault breaks which way at which object. \`npm run preview -- --explain\` prints them whole.

| model | asks | prints |
| --- | --- | --- |
${models.map(({ name, asks, columns }) => `| ${name} | ${asks} | ${columns.join(", ")} |`).join("\n")}

## Rules

| rule | protects | severity | mandatory from | demands |
| --- | --- | --- | --- | --- |
${rows.join("\n")}

## Exemptions

\`policies/config.json\` names the object by kind and name, the day until which it is excused (a year ahead
at most), the reason, and by rule what is excused, word for word: with another value a rule says something
else, and that is not excused. Every run prints them. One that nothing needs, or that has ended, is itself
a mandatory violation (\`exemption-in-use\`).

| object | until | rules | reason |
| --- | --- | --- | --- |
${settings.exemptions.map(({ object, until, excuses, reason }) => `| ${object} | ${until} | ${Object.keys(excuses).join(", ")} | ${reason} |`).join("\n")}

## Without a copy in another Region

After the loss of its Region a stack is brought up in the one that held its copies (\`recovery.of\`), and
nothing has a copy elsewhere until another Region is chosen. \`alone\` in \`policies/config.json\` gives it
leave by name, until a day ${longestAlone} days ahead at most, with a reason. Until then the rules about
copies are silent, and every run prints \`ALONE until …\`: ${unpromised}.

## The failover budget

AWS's own words for the promotion, and what may come after it in the worst case, by each way that
PgBouncer has to the new writer. Read from the pgbouncer.ini that is deployed; ${ownLimit} s at most.

- **By the name.** AWS's time to live, ${timeToLive.seconds} s ("${timeToLive.source}"), or until a dead connection is given up,
  whichever takes longer, as they run at the same time (the latter is the longer of tcp_user_timeout and
  tcp_keepidle + tcp_keepintvl, measured: with TCP_USER_TIMEOUT set Linux ends a silent connection at the
  first keepalive after it); then the longest belief of PgBouncer's own in an address, one attempt to
  connect, and the pause after a failed login.
- **Where the topology is followed**, which is where the pooler's pods have that sidecar. Noticing: a
  question every ${follower.ask} s, whose answer counts for ${follower.fresh} s. Confirming: the same once more. Re-pointing: ${follower.obey} s,
  within which PgBouncer has to obey. Then an attempt to connect and the pause. No name is asked. Where the
  sidecar fails, the name decides after ${follower.lease} s, which run beside AWS's time to live; so the name's way counts
  there, too.

| topology | AWS | source |
| --- | --- | --- |
${Object.entries(quoted)
  .map(([topology, { words, source }]) => `| ${topology} | "${words}" | <${source}> |`)
  .join("\n")}

AWS promises no time. The words were read in stored copies of AWS's pages, in November 2026; a cluster's
failover "completes when both reader DB instances have applied outstanding transactions" (ibid.). Neither
page says whether the name's move is in it, so AWS's time to live is counted apart, and not as AWS's.

## The availability ledger

AWS's committed monthly uptime for each service of the request path, as this stack uses it, multiplied
and set against the tier (${Object.entries(promised)
    .map(([tier, percent]) => `${tier} ${percent} %`)
    .join(
      ", ",
    )}). A commitment is a price list for outages, not a forecast. The EKS control plane counts,
although running pods serve without it, because nothing replaces them meanwhile. Where the product is
below the tier, the read-only pool on the replicas and the Multi-AZ cache have to bridge the gap.

| service | committed | otherwise | source | read |
| --- | --- | --- | --- | --- |
${committed
  .map(
    ({ service, redundant, single, source, read }) =>
      `| ${service} | ${redundant} % | ${single} % | <${source}> | ${read} |`,
  )
  .join("\n")}
`;
}

function groupPage(group: Group): string {
  const sections = rules.filter((rule) => rule.group === group).map(section);
  return `# ${titles[group]}: what no change may break

<!-- Written by npm run docs from policies/rules/${group}; a test compares it. -->

${sections.join("\n")}`;
}

function section({ name, severity, from, demands, reason, types, needs: scope }: Rule): string {
  return `## ${name}

${demands}

${reason}

- Severity: ${severity}; mandatory from the ${from} tier.
- Judges: ${types === "all" ? "every resource" : types.map((type) => `\`${type}\``).join(", ")}.
- From: ${needs[scope]}.
`;
}
