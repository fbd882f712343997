import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
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

  it("writes no file: its root may be read-only, and it holds none open", async () => {
    await fetch(frontend.url);
    const { readdir, readlink } = await import("node:fs/promises");
    const open = await readdir(`/proc/${frontend.pid}/fd`).catch(() => undefined);
    if (!open) return this.ctx.skip();
    const targets = await Promise.all(
      open.map((fd) => readlink(`/proc/${frontend.pid}/fd/${fd}`).catch(() => "")),
    );
    assert.deepEqual(
      targets.filter((target) => target.startsWith("/") && !target.startsWith("/dev/")),
      [],
    );
  });

  it("ends with 1 and says why when PORT is no port", async () => {
    await assert.rejects(Frontend.start("http"), /PORT is \\"http\\"/);
  });
});
