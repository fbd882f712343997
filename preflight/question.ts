import { run } from "../lib/processes";

/**
 * Asks AWS a question: the service and the operation as the AWS CLI spells them, the input as the API
 * does. Answers with the API's answer, all pages of it.
 *
 * @throws Refused when AWS, or the CLI, says no.
 */
export type Ask = <T>(question: Question) => Promise<T>;

/** A read of AWS. */
export interface Question {
  service: string;
  /** Begins with `get-`, `describe-` or `list-`: a preflight changes nothing. */
  operation: string;
  /** Absent: none is needed. */
  input?: object;
  /** Region that is asked; absent: the stack's own. */
  region?: string;
}

/** AWS has not answered a question. */
export class Refused extends Error {
  override readonly name = "Refused";
  constructor(
    readonly question: Question,
    /** AWS's name of the error; empty when the CLI itself gave up. */
    readonly code: string,
    message: string,
  ) {
    super(message);
  }

  /** Whether the caller may not ask: the one refusal that says nothing of the account. */
  get isDenied(): boolean {
    return /AccessDenied|UnauthorizedOperation|NotAuthorized/.test(this.code);
  }
}

/** Questions under way at once: each is a process of its own. */
const lanes = 8;

/**
 * AWS through the AWS CLI, which `npm run up` needs anyway: the kubeconfig calls `aws eks get-token`.
 * So no further SDK has to be installed, and the credentials are proved where they will be used.
 *
 * @throws MissingTool when there is no `aws`.
 */
export function awsCli(region: string, stop?: AbortSignal): Ask {
  const lane = inLanes(lanes);
  return async <T>(question: Question) => {
    const { service, operation, input = {} } = question;
    if (!/^(get|describe|list)-/.test(operation))
      throw new Error(`${service} ${operation}: a preflight only reads`);
    const result = await lane(() =>
      run(
        "aws",
        [
          ...[service, operation, "--region", question.region ?? region, "--output", "json"],
          ...["--cli-input-json", JSON.stringify(input)],
        ],
        // Its second version shows what it prints in a pager.
        { env: { AWS_PAGER: "" }, signal: stop },
      ),
    );
    stop?.throwIfAborted();
    if (result.code === 0) return JSON.parse(result.stdout || "{}") as T;
    const last = result.stderr.trim().split("\n").at(-1) ?? "";
    const code = /\(([\w.]+)\) when calling/.exec(last)?.[1] ?? "";
    throw new Refused(question, code, last || `aws ended with exit code ${result.code}`);
  };
}

/** Lets so many tasks run at once; the others wait for their turn, in order. */
function inLanes(count: number): <T>(task: () => Promise<T>) => Promise<T> {
  const free = Array.from({ length: count }, () => Promise.resolve());
  let next = 0;
  return (task) => {
    const at = next++ % count;
    const result = free[at]!.then(task);
    free[at] = result.then(
      () => {},
      () => {},
    );
    return result;
  };
}
