import { toolVersion } from "../../tools";
import { imageArchive, type Image } from "../images";

/** Holds a pod's namespaces. */
export const pauseImage = `rehearsal.local/pause:${toolVersion("pause")}`;
export const dnsImage = `rehearsal.local/coredns:${toolVersion("coredns")}`;
const policies = "kube-network-policies";
export const policiesImage = `rehearsal.local/${policies}:${toolVersion(policies)}`;

/** Images of what every cluster runs by itself, each of one static program. */
export async function systemImages(): Promise<Image[]> {
  const references = [pauseImage, dnsImage, policiesImage];
  return Promise.all(references.map((reference) => imageArchive(reference)));
}
