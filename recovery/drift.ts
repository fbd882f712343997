import type { GitHub } from "../lib/github";
import type { PlannedStep } from "./engine";

/** A resource that is not as the state says. */
export interface Drifted {
  urn: string;
  how: "gone" | "changed";
  /** Paths of what differs, without values: an issue is read by more people than a state. */
  properties: string[];
}

/** Resources that a refresh would write into the state otherwise. */
export function driftedIn(steps: PlannedStep[]): Drifted[] {
  return steps
    .filter(({ op }) => op === "update" || op === "delete")
    .map(({ urn, op, detailedDiff }) => ({
      urn,
      how: op === "delete" ? ("gone" as const) : ("changed" as const),
      properties: Object.keys(detailedDiff ?? {}).sort(),
    }))
    .sort((one, other) => (one.urn < other.urn ? -1 : 1));
}

/** Lines that an issue lists; GitHub takes 65,536 characters. */
const listed = 100;

/** Login of what a workflow's own token writes. */
const author = "github-actions[bot]";

/** What became of the issue. */
export type IssueEnd = "opened" | "reopened" | "updated" | "closed" | "as it was";

/**
 * Keeps one issue a stack: open while it drifts, with what drifts now; closed once it does not. It is
 * found by its marker and its author, so an issue that somebody else gave the marker is left alone.
 *
 * @throws Failure when GitHub refuses.
 */
export async function keepIssue(
  github: GitHub,
  stack: string,
  drifted: Drifted[],
): Promise<IssueEnd> {
  const found = await ownIssue(github, stack);
  const body = bodyOf(stack, drifted);
  const drifts = drifted.length > 0;
  if (!found) {
    if (!drifts) return "as it was";
    await github.send("POST", "/issues", { title: `Drift in ${stack}`, body });
    return "opened";
  }
  const open = found.state === "open";
  if (open === drifts && (!drifts || found.body === body)) return "as it was";
  const state = drifts ? "open" : "closed";
  await github.send("PATCH", `/issues/${found.number}`, drifts ? { state, body } : { state });
  if (!drifts) return "closed";
  return open ? "updated" : "reopened";
}

interface Issue {
  number: number;
  state: "open" | "closed";
  body: string | null;
  user: { login: string } | null;
  pull_request?: object;
}

/** The open one, or else the one that was closed last. */
async function ownIssue(github: GitHub, stack: string): Promise<Issue | undefined> {
  const asked = `/issues?state=all&creator=${encodeURIComponent(author)}&per_page=100`;
  const own = (await github.list<Issue>(asked)).filter(
    ({ user, body, pull_request }) =>
      user?.login === author && !pull_request && body?.startsWith(markerOf(stack)),
  );
  return own.find(({ state }) => state === "open") ?? own[0];
}

function markerOf(stack: string): string {
  return `<!-- mini-xdr drift: ${stack} -->\n`;
}

function bodyOf(stack: string, drifted: Drifted[]): string {
  const rest = drifted.length - listed;
  return [
    `${markerOf(stack)}What AWS has is not what the state of \`${stack}\` says:`,
    "",
    ...drifted.slice(0, listed).map(lineOf),
    ...(rest > 0 ? [`- and ${rest} more`] : []),
    "",
    `Somebody changed it by hand, or AWS did. Either the program says the same and \`npm run up -- --stack ${stack} -- --refresh\` follows, or that undoes it. This issue is closed once nothing differs.`,
    "",
  ].join("\n");
}

function lineOf({ urn, how, properties }: Drifted): string {
  const what = properties.length > 0 ? `: ${properties.map(code).join(", ")}` : "";
  return `- ${code(urn.split("::").slice(2).join("::"))} is ${how}${what}`;
}

/** A name as code, whatever is in it; a mention or a picture in it is none. */
function code(name: string): string {
  return `\`${name.replaceAll(/[`\r\n]/g, "'")}\``;
}
