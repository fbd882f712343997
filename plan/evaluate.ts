import "./light-sdks.cjs";
import * as pulumi from "@pulumi/pulumi";
import { getStore } from "@pulumi/pulumi/runtime/state";
import { failuresOf, ProgramFailed } from "./program-failures";
import type { Program } from "./program";
import { planVersion, type Path, type Plan, type PlannedResource } from "./plan";
import { Recorder, type Recorded } from "./recorder";
import type { StackSettings } from "./stack-settings";
import { callStandIn, standIn } from "./stand-ins";

/**
 * Evaluates the unchanged program for one stack in the SDK's own mock runtime.
 *
 * It runs twice: once with deterministic stand-ins for what AWS would answer, which gives every
 * input its value, and once as the engine's first preview would, which tells the unknown ones.
 */
export async function evaluate(program: Program, settings: StackSettings): Promise<Plan> {
  const known = await run(program, settings, false);
  const preview = await run(program, settings, true);
  return plan(settings, known, (resource) =>
    unknownPaths(resource, preview.recorded.get(resource.urn)),
  );
}

/**
 * The same without the second run, in half the time: no resource tells its `unknowns`, so it is for
 * judging and showing, not for a plan file.
 */
export async function evaluateValues(program: Program, settings: StackSettings): Promise<Plan> {
  return plan(settings, await run(program, settings, false), () => []);
}

function plan(
  { project, stack }: StackSettings,
  { recorded, outputs }: Recorder,
  unknowns: (resource: Recorded) => Path[],
): Plan {
  const resources = [...recorded.values()]
    .map((resource): PlannedResource => ({ ...resource, unknowns: unknowns(resource) }))
    // Sorted by URN, so that the order of registration, which may vary, never shows.
    .sort((a, b) => (a.urn < b.urn ? -1 : 1));
  const named = Object.entries(outputs).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    version: planVersion,
    project,
    stack,
    resources,
    outputs: Object.fromEntries(named),
    violations: [],
  };
}

async function run(program: Program, settings: StackSettings, preview: boolean): Promise<Recorder> {
  const recorder: Recorder = new Recorder({
    newResource: (args) =>
      preview
        ? { id: undefined, state: recorder.stateInPreview(args) }
        : standIn(args, settings.config),
    call: (args) => callStandIn(args),
  });
  await pulumi.runtime.setMocks(recorder.mocks, settings.project, settings.stack, preview);
  pulumi.runtime.setMockOptions(recorder, settings.project, settings.stack, preview);
  // setMocks switches transforms off, and the SDK then refuses programs that have one.
  getStore().supportsTransforms = true;
  pulumi.runtime.setAllConfig(settings.config, settings.secretKeys);
  const limit = Error.stackTraceLimit;
  // The SDK asks for a stack with each of its debugging notes, and here nobody reads them.
  if (!process.env.MINI_XDR_DEBUG) Error.stackTraceLimit = 0;
  const failed = await failuresOf(() => pulumi.runtime.runInPulumiStack(async () => program()));
  Error.stackTraceLimit = limit;
  if (failed.length > 0) throw new ProgramFailed(failed);
  if (pulumi.log.hasErrors()) throw new ProgramFailed([new Error("it logged an error")]);
  await pulumi.runtime.disconnect();
  if (recorder.failures.length > 0) throw new ProgramFailed(recorder.failures);
  return recorder;
}

function unknownPaths(resource: Recorded, inPreview: Recorded | undefined): Path[] {
  // A resource that is made only once something is known: the first preview knows none of it.
  if (!inPreview) return Object.keys(resource.inputs).map((property) => [property]);
  return inPreview.unknowns;
}
