import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readdir, readlink } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { skipLoudly } from "../../support/need-tools";
import { earlySignal } from "../support/early-signal";
import { built } from "./support/built";
import { Frontend } from "./support/frontend";

describe("the frontend's program, as the image has it", function () {
  this.timeout(60_000);
  let frontend: Frontend;

  beforeEach(async () => (frontend = await Frontend.start()));
  afterEach(() => frontend.stop());

  it("serves the page and each file that the page names", async () => {
    const page = await (await fetch(frontend.url)).text();
    const named = [...page.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => path!);
    assert.deepEqual([...new Set(named)].sort(), ["/icon.svg", "/page.css", "/page.js"]);
    for (const path of named) assert.equal((await fetch(frontend.url + path)).status, 200, path);
    assert.doesNotMatch(page, /<style|style="|<script>|\son\w+="/, "nothing inline");
  });

  it("ends with 0 after SIGTERM, once its kept connections have had their answer", async () => {
    const kept = connect(frontend.port, "127.0.0.1");
    const request = "GET /healthz HTTP/1.1\r\nHost: it\r\n\r\n";
    kept.write(request);
    const [first] = (await once(kept, "data")) as [Buffer];
    assert.match(String(first), /^HTTP\/1\.1 200 .*connection: keep-alive/is);
    frontend.signal("SIGTERM");
    await frontend.logged("draining");
    // A further signal changes nothing.
    frontend.signal("SIGTERM");
    kept.write("GET / HTTP/1.1\r\nHost: it\r\n\r\n");
    let rest = "";
    for await (const chunk of kept) rest += String(chunk);
    assert.match(rest, /^HTTP\/1\.1 200 .*connection: close.*<\/html>\s*$/is);
    assert.equal(await frontend.ended, 0);
    assert.deepEqual(
      frontend.lines.map(({ message }) => message),
      ["serving", "draining", "ended"],
    );
  });

  it("hears SIGTERM from the first moment on", async () => {
    assert.equal(await earlySignal(`${await built()}/frontend.cjs`, { PORT: "0" }), 0);
  });

  it("holds no file open: all are in memory", async function () {
    if (!existsSync("/proc/self/fd")) skipLoudly(this, "there is no /proc");
    await fetch(frontend.url);
    const folder = `/proc/${frontend.pid}/fd`;
    // The first three are this test's own.
    const opened = (await readdir(folder)).filter((fd) => Number(fd) > 2);
    const targets = await Promise.all(
      opened.map((fd) => readlink(join(folder, fd)).catch(() => "")),
    );
    assert.ok(targets.length > 0);
    const files = targets.filter((target) => /^\/(?!dev\/)/.test(target));
    assert.deepEqual(files, []);
  });

  it("ends with 1 and says why when PORT is no port", async () => {
    await assert.rejects(Frontend.start("http"), /PORT is \\"http\\"/);
  });
});
