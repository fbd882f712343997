import { commandsOf, stepsOf, type Job, type Workflow } from "./workflow";

/** What is wrong with a workflow by the rules of this project, each in a few words; the linters know others. */
export function faultsIn(workflow: Workflow, scripts: Record<string, string>): string[] {
  const { text, on, permissions, concurrency, jobs } = workflow;
  const said = (fault: string, wrong: boolean) => (wrong ? [fault] : []);
  return [
    ...said("it runs by pull_request_target", "pull_request_target" in on),
    ...said("it has rights at its top", !permissions || Object.keys(permissions).length > 0),
    ...said("it names a secret", /\bsecrets\b/.test(text.replaceAll(/^\s*#.*$/gm, ""))),
    ...said("nothing says what it does beside another run", !concurrency),
    ...said("it cancels what changes something", cancels(workflow)),
    ...Object.entries(jobs).flatMap(([name, job]) => faultsOfJob(name, job)),
    ...stepsOf(workflow).flatMap(({ uses, run, with: options = {} }) => [
      ...said(`${uses} is not pinned`, uses !== undefined && !/@[0-9a-f]{40}$/.test(uses)),
      ...said(
        "a checkout keeps its token, or is another than the default one",
        /^actions\/checkout@/.test(uses ?? "") &&
          (options["persist-credentials"] !== false || "ref" in options || "repository" in options),
      ),
      ...said("a script has an expression in it", /\$\{\{/.test(run ?? "")),
      ...said("a script is longer than three lines", (run ?? "").trim().split("\n").length > 3),
    ]),
    ...commandsOf(workflow)
      .filter(
        ([program, verb, script]) => program === "npm" && verb === "run" && script !== "$SCRIPT",
      )
      .flatMap(([, , script]) => said(`there is no npm run ${script}`, !(script! in scripts))),
  ];
}

/** Workflows whose runs must not be ended halfway: they write to accounts, or to the repository. */
function cancels({ jobs, concurrency }: Workflow): boolean {
  const writes = Object.values(jobs).some(({ permissions = {} }) =>
    Object.values(permissions).includes("write"),
  );
  return writes && concurrency?.["cancel-in-progress"] !== false;
}

function faultsOfJob(name: string, job: Job): string[] {
  const { uses, permissions, environment } = job;
  const minutes = job["timeout-minutes"];
  return [
    ...(permissions ? [] : [`${name} does not say what it may`]),
    ...(uses === undefined && minutes === undefined ? [`${name} may run for hours`] : []),
    ...(uses !== undefined && !uses.startsWith("./.github/workflows/")
      ? [`${name} calls a workflow of others`]
      : []),
    // AWS's roles trust environments: their subject is what an account's policy knows.
    ...(permissions?.["id-token"] && uses === undefined && environment === undefined
      ? [`${name} asks AWS for a role without an environment`]
      : []),
  ];
}
