import { claim, type Claim } from "../lib/claim";
import { Failure, Stopped, UsageError } from "../lib/ends";
import type { View } from "../lib/progress";
import { registryPrefix, type Pins } from "../upstream/upstream";
import { Artifacts } from "./artifacts";
import { chartCopy, imageCopy, type Copy } from "./copies";
import type { PinsFile } from "./pins-file";
import { Registry, type Found } from "./registry";

/** What is mirrored, and where. */
export interface Mirroring {
  pins: PinsFile;
  /** Address of the stack's registry. */
  host: string;
  /** Address of its copy in the recovery Region, where there is one. */
  recoveryHost?: string;
  /** Look only; change nothing. */
  dryRun: boolean;
  /** What makes the registry's repositories, for the message that they are missing. */
  remedy: string;
  view: View;
  signal: AbortSignal;
}

/** What the registry has of a copy. */
type State = "there" | "not pinned" | "another" | "absent";

/**
 * Copies every chart and image of others into the stack's registry, by digest, and pins the digests
 * that were not known yet. What is there is left alone; what fails does not keep the rest from being
 * copied. One claim for each.
 *
 * @throws UsageError when the registry has no repository for one of them; nothing was done.
 */
export async function mirror(mirroring: Mirroring): Promise<Claim[]> {
  const { pins, host, view, signal } = mirroring;
  const registry = new Registry(host, signal);
  let local: Promise<Artifacts> | undefined;
  const artifacts = () => (local ??= Artifacts.start());
  const copies = copiesOf(pins.pins, artifacts, signal);
  try {
    const looking = view.add(`Looking at ${host}`);
    const states = await view.run(looking, () => look(copies, registry, mirroring.remedy));
    const tasks = copies.map((copy) => ({ copy, task: view.add(`${copy.path}:${copy.tag}`) }));
    const claims: Claim[] = [];
    for (const { copy, task } of tasks)
      claims.push(
        await view.run(task, () => attempt(copy, states.get(copy)!, registry, mirroring), holds),
      );
    return [...claims, ...(await inRecoveryRegion(mirroring))];
  } finally {
    await (await local)?.stop();
  }
}

function copiesOf(
  { charts, images }: Pins,
  artifacts: () => Promise<Artifacts>,
  signal: AbortSignal,
): Copy[] {
  return [
    ...Object.entries(charts).map(([name, pin]) => chartCopy(name, pin, artifacts, signal)),
    ...Object.entries(images).map(([name, pin]) => imageCopy(name, pin, signal)),
  ];
}

async function look(copies: Copy[], registry: Registry, remedy: string) {
  const states = new Map<Copy, State>();
  const homeless: string[] = [];
  for (const copy of copies) {
    // By its tag: without one, a lifecycle would take it away.
    const found = await registry.find(registryPrefix + copy.path, `:${copy.tag}`);
    if (found === "no repository") homeless.push(registryPrefix + copy.path);
    states.set(copy, stateOf(copy, found));
  }
  if (homeless.length > 0)
    throw new UsageError(
      `${registry.host} has no repository for\n  ${homeless.join("\n  ")}\n  make them: ${remedy}`,
    );
  return states;
}

function stateOf({ digest }: Copy, found: Found): State {
  if (typeof found === "string") return "absent";
  if (digest === "") return "not pinned";
  return found.digest === digest ? "there" : "another";
}

async function attempt(
  copy: Copy,
  state: State,
  registry: Registry,
  { pins, dryRun, signal }: Mirroring,
): Promise<Claim> {
  const title = `${copy.path}:${copy.tag}`;
  try {
    if (state === "another") throw new Failure(`its tag holds another than ${copy.digest}`);
    if (dryRun) return told(copy, `${title} ${intent[state]}`);
    const digest = state === "there" ? copy.digest : await bring(copy, state, registry);
    if (copy.digest === "") await pins.pin(copy.kind, copy.name, digest);
    return told(copy, `${title} is there by ${digest}${state === "absent" ? ", copied now" : ""}`);
  } catch (error) {
    if (signal.aborted)
      throw new Stopped(
        (signal.reason as Stopped).signal,
        "what was copied stays, and the next run goes on from there",
      );
    if (!(error instanceof Failure)) throw error;
    return told(copy, `${title} is not there: ${error.message}`, 1);
  }
}

const intent: Record<Exclude<State, "another">, string> = {
  there: "is there by its digest",
  "not pinned": "is there, and would be compared and pinned",
  absent: "would be copied",
};

/** Resolves with the digest under which the registry has it now. */
async function bring(copy: Copy, state: State, registry: Registry): Promise<string> {
  const repository = registryPrefix + copy.path;
  if (state === "not pinned") {
    // An earlier run was interrupted, or pinned it in another checkout.
    const found = await registry.find(repository, `:${copy.tag}`);
    const digest = (found as { digest: string }).digest;
    if (await copy.isMadeOf(await registry.manifest(repository, copy.tag), digest)) return digest;
    throw new Failure(`its tag holds ${digest}, which is not made of what is pinned`);
  }
  const { source, digest } = await copy.source();
  await registry.copy(source, digest, repository, copy.tag);
  return digest;
}

/** How much of it a lost Region would not take along. ECR copies by itself, after each push. */
async function inRecoveryRegion({ pins, recoveryHost, signal }: Mirroring): Promise<Claim[]> {
  if (!recoveryHost) return [];
  const recovery = new Registry(recoveryHost, signal);
  const pinned = copiesOf(pins.pins, () => Promise.reject(new Error()), signal).filter(
    ({ digest }) => digest !== "",
  );
  let away = 0;
  for (const { path, digest } of pinned)
    if (typeof (await recovery.find(registryPrefix + path, `@${digest}`)) === "string") away += 1;
  return [
    claim({
      id: "mirror.recovery-region",
      claim: `Of ${pinned.length} pinned copies not yet in ${recoveryHost}; ECR takes up to half an hour for most`,
      value: away,
      unit: "copies",
    }),
  ];
}

function told({ path }: Copy, text: string, value = 0): Claim {
  return claim({ id: `mirror.${path}`, claim: text, value, unit: "missing", limit: 0 });
}

function holds({ holds }: Claim): boolean {
  return holds;
}
