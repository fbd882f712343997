import { toolVersion, tool } from "../../tools";
import type { ImageArchive } from "./image-store";
import { programImage } from "./program-image";

/** Holds a pod's namespaces. */
export const pauseImage = "rehearsal.local/pause:1";
export const dnsImage = `rehearsal.local/coredns:${toolVersion("coredns")}`;
export const policiesImage = `rehearsal.local/kube-network-policies:${toolVersion("kube-network-policies")}`;

/** Images of what every cluster runs by itself, each of one static program. Written into `folder`. */
export async function systemImages(folder: string): Promise<ImageArchive[]> {
  const programs = [
    { reference: pauseImage, program: "pause" },
    { reference: dnsImage, program: "coredns" },
    { reference: policiesImage, program: "kube-network-policies" },
  ] as const;
  return Promise.all(
    programs.map(async ({ reference, program }) => {
      const file = await programImage(reference, await tool(program), folder);
      return { reference, file };
    }),
  );
}
