import { copyFile, mkdir } from "node:fs/promises";
import path from "node:path";
import { output } from "../../../lib/processes";
import type { ImageArchive } from "../../../rehearsal/nodes/image-store";
import { writeImage } from "../../../rehearsal/nodes/program-image";

/** An image of this machine's Node.js, the libraries it is linked to and the test's server. */
export async function podImage(folder: string): Promise<ImageArchive> {
  const root = path.join(folder, "pod");
  await mkdir(root, { recursive: true });
  const linked = await output("ldd", [process.execPath]);
  const libraries = linked.match(/\/\S+/g) ?? [];
  await output("cp", ["--parents", "--dereference", process.execPath, ...libraries, root]);
  await copyFile(path.join(__dirname, "pod-server.cjs"), path.join(root, "server.cjs"));
  const image = { reference: "rehearsal.test/pod:1", file: path.join(folder, "pod.tar") };
  const settings = { Entrypoint: [process.execPath, "/server.cjs"], User: "10001" };
  await writeImage(image.reference, root, settings, image.file);
  return image;
}
