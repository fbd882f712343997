// The inner half of the test: a cluster of real nodes, and every check on it.
import { writeFile } from "node:fs/promises";
import { ControlPlane } from "../../../rehearsal/control-plane/control-plane";
import { fabricAddress } from "../../../rehearsal/nodes/addresses";
import { RealNodes } from "../../../rehearsal/nodes/real-nodes";
import { Names } from "../../../rehearsal/sandbox/names";
import { Network } from "../../../rehearsal/sandbox/network";
import { enterSandbox } from "../../../rehearsal/sandbox/sandbox";
import { checks } from "./checks";
import { podImage } from "./pod-image";

async function main(folder: string, report: string): Promise<void> {
  enterSandbox(folder, 8);
  const names = await Names.start("0.0.0.0");
  const network = await Network.create();
  const zones = ["eu-central-1a", "eu-central-1b", "eu-central-1c"];
  const images = [await podImage()];
  const nodes = new RealNodes({ zones, images, resolver: fabricAddress, folder });
  const plane = await ControlPlane.start({ nodes, parent: folder });
  const results: Record<string, { said?: string; error?: string }> = {};
  for (const { name, run } of checks) {
    try {
      results[name] = { said: (await run({ plane, nodes, names, network })) ?? "" };
    } catch (error) {
      results[name] = { error: (error as Error).stack };
    }
    await writeFile(report, JSON.stringify(results));
  }
  await plane.stop();
}

const [folder = "", report = ""] = process.argv.slice(2);
main(folder, report).then(
  () => process.exit(0),
  (error: Error) => {
    console.error(error);
    process.exit(1);
  },
);
