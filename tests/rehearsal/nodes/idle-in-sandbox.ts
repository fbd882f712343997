// Brings up real nodes, says so in a file, and then waits for its end.
import { writeFile } from "node:fs/promises";
import { ControlPlane } from "../../../rehearsal/control-plane/control-plane";
import { RealNodes } from "../../../rehearsal/nodes/real-nodes";
import { enterSandbox } from "../../../rehearsal/sandbox/sandbox";

async function main(folder: string, report: string): Promise<void> {
  enterSandbox(folder, 8);
  const zones = ["eu-central-1a", "eu-central-1b", "eu-central-1c"];
  const nodes = new RealNodes({ zones, images: [], folder });
  const plane = await ControlPlane.start({ nodes, parent: folder });
  await writeFile(report, JSON.stringify({ folder, seconds: plane.readySeconds }));
  plane.failure.catch((error: Error) => {
    console.error(error);
    process.exit(1);
  });
}

const [folder = "", report = ""] = process.argv.slice(2);
main(folder, report).catch((error: Error) => {
  console.error(error);
  process.exit(1);
});
