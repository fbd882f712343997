import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";

/** A file in one encoding, as it goes over the wire. */
export interface Variant {
  /** `Content-Encoding`; absent: as it is. */
  encoding?: "br" | "gzip";
  body: Buffer;
  /** Strong: it names these very bytes, so each encoding has its own. */
  etag: string;
}

/** A file that the server has in memory. */
export interface Asset {
  type: string;
  /** Best first; the last one is not encoded. */
  variants: readonly Variant[];
}

const types: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

/**
 * Reads a folder's files, one level deep, by the path that they are served under; `index.html` is
 * `/`. Nothing is read later, so no request can name another file.
 *
 * @throws Error when a file has a type that is not served, or when there is no `index.html`.
 */
export function readAssets(folder: string): Map<string, Asset> {
  const assets = new Map<string, Asset>();
  for (const name of readdirSync(folder).sort()) {
    const type = types[extname(name)];
    if (!type) throw new Error(`${name}: files of this type are not served`);
    const path = name === "index.html" ? "/" : `/${name}`;
    assets.set(path, { type, variants: variantsOf(readFileSync(join(folder, name))) });
  }
  if (!assets.has("/")) throw new Error(`${folder}: there is no index.html`);
  return assets;
}

/** The best variant that a request's `Accept-Encoding` allows. */
export function choose(asset: Asset, acceptEncoding = ""): Variant {
  const accepted = new Set(
    acceptEncoding
      .toLowerCase()
      .split(",")
      .map((part) => part.trim().split(/\s*;\s*/))
      .filter(([, weight]) => !weight || !/^q=0(\.0*)?$/.test(weight))
      .map(([name]) => name),
  );
  const plain = asset.variants.at(-1)!;
  return asset.variants.find(({ encoding }) => encoding && accepted.has(encoding)) ?? plain;
}

/** Whether `If-None-Match` names this entity tag; compared weakly, as RFC 9110 has it. */
export function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  if (!ifNoneMatch) return false;
  const tags = ifNoneMatch.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return tags.includes("*") || tags.includes(etag);
}

function variantsOf(body: Buffer): Variant[] {
  const hash = createHash("sha256").update(body).digest("base64url").slice(0, 16);
  const encoded: Variant[] = [
    { encoding: "br", body: brotliCompressSync(body), etag: `"${hash}-br"` },
    { encoding: "gzip", body: gzipSync(body, { level: 9 }), etag: `"${hash}-gzip"` },
  ];
  return [...encoded.filter((one) => one.body.length < body.length), { body, etag: `"${hash}"` }];
}
