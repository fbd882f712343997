import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { choose, isKnown, readAssets } from "../../../images/frontend/server/assets";

describe("the frontend's files", () => {
  const folder = mkdtempSync(join(tmpdir(), "mx-assets-"));
  const page = "<p>incident</p>".repeat(100);
  writeFileSync(join(folder, "index.html"), page);
  writeFileSync(join(folder, "icon.svg"), "<svg/>");
  const assets = readAssets(folder);
  const index = assets.get("/")!;

  after(() => rmSync(folder, { recursive: true }));

  it("are read with their types, the page as /", () => {
    assert.deepEqual([...assets.keys()].sort(), ["/", "/icon.svg"]);
    assert.equal(index.type, "text/html; charset=utf-8");
  });

  it("are encoded beforehand, where that makes them smaller", () => {
    const bodies = index.variants.map(({ encoding, body }) =>
      encoding === "br"
        ? brotliDecompressSync(body)
        : encoding === "gzip"
          ? gunzipSync(body)
          : body,
    );
    assert.deepEqual(bodies.map(String), [page, page, page]);
    assert.equal(new Set(index.variants.map(({ etag }) => etag)).size, 3, "one tag an encoding");
    assert.equal(assets.get("/icon.svg")!.variants.length, 1);
  });

  for (const [header, encoding] of [
    [undefined, undefined],
    ["", undefined],
    ["gzip", "gzip"],
    ["gzip, deflate, br", "br"],
    ["br;q=0, gzip", "gzip"],
    ["br; q=0.000, GZIP;q=0.5", "gzip"],
    ["identity", undefined],
    ["*", undefined],
  ] as const)
    it(`Accept-Encoding ${JSON.stringify(header)} gets ${encoding ?? "the file as it is"}`, () => {
      assert.equal(choose(index, header).encoding, encoding);
    });

  for (const [header, known] of [
    [undefined, false],
    ['"a"', true],
    ['W/"a"', true],
    ['"b", "a"', true],
    ["*", true],
    ['"b"', false],
    ["a", false],
  ] as const)
    it(`If-None-Match ${header} ${known ? "knows" : "does not know"} "a"`, () => {
      assert.equal(isKnown(header, '"a"'), known);
    });

  it("refuses a folder with a file that it cannot serve, or without a page", () => {
    const other = mkdtempSync(join(tmpdir(), "mx-assets-"));
    assert.throws(() => readAssets(other), /no index\.html/);
    writeFileSync(join(other, "index.html.map"), "{}");
    assert.throws(() => readAssets(other), /index\.html\.map/);
    rmSync(other, { recursive: true });
  });
});
