import list from "./pins.json";

/** A chart of others, as its publishers have it and as the stack's registry does. */
export interface ChartPin {
  version: string;
  /** Where its publishers offer it: only `npm run mirror` ever asks there. */
  repository: string;
  /** Digest of the published archive, as the index of that repository has it. */
  archive: string;
  /** Digest of the OCI artifact that is made of the archive; empty until it has been mirrored. */
  digest: string;
}

/** An image of others. */
export interface ImagePin {
  /** Registry and repository of its publishers: only `npm run mirror` ever asks there. */
  source: string;
  tag: string;
  /** Digest of what the tag names, for every platform; empty until it has been mirrored. */
  digest: string;
}

export type ChartName = keyof typeof list.charts;
export type UpstreamImage = keyof typeof list.images;

/** What the pins file holds. */
export interface Pins {
  charts: Record<string, ChartPin>;
  images: Record<string, ImagePin>;
}

/**
 * Every chart and image of others that the stack runs, pinned: what the mirror copies, for what the
 * registry has a repository, what releases name, and what the policy pack allows. Digests of archives
 * are those of the publishers' own indexes, read 2026-11-26 in prometheus-community/helm-charts at
 * 93ff5780 and kubernetes-sigs/metrics-server at c6db65ff, `gh-pages` of each.
 */
export const charts: Record<ChartName, ChartPin> = list.charts;
/** {@link charts} */
export const images: Record<UpstreamImage, ImagePin> = list.images;

export const chartNames = Object.keys(charts) as ChartName[];
export const imageNames = Object.keys(images) as UpstreamImage[];

/** Where the registry has everything of this project. */
export const registryPrefix = "mini-xdr/";

/** Path of a chart below {@link registryPrefix}: Helm takes its last part for the chart's name. */
export function chartPath(chart: string): string {
  return `charts/${chart}`;
}

/** `@sha256:…`, or nothing while the digest is not known. */
export function at(digest: string): string {
  return digest && `@${digest}`;
}

/** What has no digest yet, by its path below {@link registryPrefix}: the mirror has never copied it. */
export function unmirrored(pins: Pins = list): string[] {
  const open = (entries: Record<string, { digest: string }>) =>
    Object.keys(entries).filter((name) => entries[name]!.digest === "");
  return [...open(pins.charts).map(chartPath), ...open(pins.images)];
}

/** Which chart an OCI reference of ours names; undefined when it is none. */
export function chartOf(reference: unknown): string | undefined {
  const ours = /^oci:\/\/[^/]+\/mini-xdr\/charts\/([a-z0-9-]+)(@sha256:[0-9a-f]{64})?$/;
  return ours.exec(String(reference))?.[1];
}
