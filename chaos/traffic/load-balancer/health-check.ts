import http from "node:http";
import type { HealthCheck } from "./settings";

/** AWS' reason codes: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html */
export type HealthReason =
  "Target.FailedHealthChecks" | "Target.ResponseCodeMismatch" | "Target.Timeout";

/**
 * Asks a target once; on a connection of its own, which ends with the answer, as AWS has it.
 *
 * @returns why it failed, or undefined when it passed
 */
export function checkHealth(
  target: { ip: string; port: number },
  { path, timeout, matcher }: HealthCheck,
  localAddress: string | undefined,
): Promise<HealthReason | undefined> {
  return new Promise((resolve) => {
    const request = http.get({
      host: target.ip,
      port: target.port,
      path,
      localAddress,
      agent: false,
      headers: { "User-Agent": "ELB-HealthChecker/2.0" },
    });
    const timer = setTimeout(() => end("Target.Timeout"), timeout * 1000);
    const end = (reason?: HealthReason) => {
      clearTimeout(timer);
      request.destroy();
      resolve(reason);
    };
    request.on("error", () => end("Target.FailedHealthChecks"));
    request.on("response", ({ statusCode }) =>
      end(matches(matcher, statusCode!) ? undefined : "Target.ResponseCodeMismatch"),
    );
  });
}

/** Whether a matcher, such as `200,202` or `200-299`, takes a status. */
export function matches(matcher: string, status: number): boolean {
  return matcher.split(",").some((part) => {
    const [low, high = low] = part.split("-").map(Number);
    return status >= low! && status <= high!;
  });
}
