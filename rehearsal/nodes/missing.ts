import { MissingTool } from "../../lib/ends";
import { run } from "../../lib/processes";
import { tool } from "../../tools";
import { missingSandbox } from "../sandbox/sandbox";
import { sandboxPrefix } from "../sandbox/leftovers";
import { Cgroups } from "./cgroups";
import { realNodesTools } from "./programs";
import { systemImages } from "./system-images";

/**
 * Why this machine cannot run real nodes, in one line; undefined where it can. Tools and
 * images of the nodes' own that are not here yet are made now: inside a sandbox, two runs could not
 * wait for each other.
 */
export async function missingRealNodes(): Promise<string | undefined> {
  const needs = "real nodes need ";
  if (process.platform !== "linux") return `${needs}Linux`;
  if (process.getuid?.() !== 0) return `${needs}root: cgroups and devices are the machine's`;
  const sandbox = await missingSandbox();
  if (sandbox) return sandbox;
  const nested = ["--uts", "--ipc", "--pid", "--cgroup", "--mount", "--net", "--fork", "true"];
  const trial = await run("unshare", nested);
  if (trial.code !== 0) return `${needs}namespaces: ${trial.stderr}`;
  const cgroups = await Cgroups.find(`${sandboxPrefix}${process.pid}-trial`);
  const missing = await cgroups.missing();
  if (missing) return `${needs}cgroups: ${missing}`;
  try {
    for (const name of realNodesTools) await tool(name);
    await systemImages();
  } catch (error) {
    if (error instanceof MissingTool) return `${needs}their programs: ${error.message}`;
    throw error;
  }
  return undefined;
}
