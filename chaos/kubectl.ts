import { output } from "../lib/processes";
import { tool } from "../tools";
import type { Platform } from "./platform";

/** What kubectl says, as administrator and in a namespace. @throws CommandFailed */
export async function kubectl(
  { plane }: Platform,
  namespace: string,
  args: string[],
  input?: string,
): Promise<string> {
  const where = ["--kubeconfig", plane.kubeconfig, "--namespace", namespace];
  return output(await tool("kubectl"), [...where, ...args], { input });
}
