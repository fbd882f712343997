import { readFileSync } from "node:fs";
import path from "node:path";
import type { Image } from "../../../rehearsal/images";
import { librariesOf, programImage } from "../../../rehearsal/images/program-image";

/** An image of this machine's Node.js, the libraries that it is linked with and the test's server. */
export async function podImage(): Promise<Image> {
  const node = "/usr/bin/node";
  return programImage(
    "rehearsal.test/pod:1",
    {
      files: { ...(await librariesOf([process.execPath])), [node]: process.execPath },
      texts: { "/server.cjs": readFileSync(path.join(__dirname, "pod-server.cjs"), "utf8") },
      // As in Debian, where the libraries are.
      links: { "/lib": "usr/lib", "/lib64": "usr/lib64" },
      config: { Entrypoint: [node, "/server.cjs"], User: "10001" },
    },
    () => {},
  );
}
