import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { GitHub } from "../../lib/github";
import { LocalServer } from "../../lib/http-server";
import { propose } from "../../review/proposal";
import { command } from "../support/command";
import { gitIn } from "../support/git";

interface Asked {
  method: string;
  url: string;
  body?: Record<string, unknown>;
}

/** A clone with a change, and a stand-in of the parts of GitHub that make a commit and a pull request. */
describe("a pull request with what differs in a checkout", function () {
  this.timeout(60_000);
  const branch = "images/c0ffee";
  const open = { html_url: "https://github.example/o/n/pull/7" };
  let clone: string;
  let head: string;
  let asked: Asked[];
  let hasBranch: boolean;
  let pulls: object[];
  /** A pull request is made, and the answer is lost. */
  let isLost: boolean;
  let server: LocalServer;

  const git = (...args: string[]) => gitIn(clone)(...args);

  before(async () => {
    clone = await mkdtemp(path.join(os.tmpdir(), "mini-xdr-proposal-"));
    await git("init", "--quiet");
    for (const file of ["Pulumi.prod.yaml", "other"])
      await writeFile(path.join(clone, file), "before\n");
    await git("add", ".");
    await git("commit", "--quiet", "--message", "first");
    head = (await git("rev-parse", "HEAD")).trim();
    server = await LocalServer.start((request, response, body) => {
      const { method = "", url = "" } = request;
      asked.push({ method, url, body: body ? JSON.parse(body) : undefined });
      const known: Record<string, [number, unknown]> = {
        "GET /repos/o/n": [200, { default_branch: "main", full_name: "o/n" }],
        [`GET /repos/o/n/git/ref/heads/${branch}`]: [hasBranch ? 200 : 404, {}],
        [`GET /repos/o/n/pulls?state=open&head=${encodeURIComponent(`o:${branch}`)}&per_page=100`]:
          [200, pulls],
        "POST /repos/o/n/pulls": [201, open],
      };
      if (isLost && `${method} ${url}` === "POST /repos/o/n/pulls") {
        [isLost, hasBranch, pulls] = [false, true, [open]];
        response.writeHead(502).end();
        return;
      }
      const [status, value] = known[`${method} ${url}`] ?? [
        200,
        { sha: `sha-of-${url.split("/").at(-1)}` },
      ];
      response.writeHead(status).end(JSON.stringify(value));
    });
  });
  after(async () => {
    await server?.stop();
    await rm(clone, { recursive: true });
  });
  beforeEach(async () => {
    [asked, hasBranch, pulls, isLost] = [[], false, [], false];
    await git("checkout", "--quiet", ".");
  });

  const proposed = () =>
    propose(clone, new GitHub("o/n", { GITHUB_TOKEN: "t", GITHUB_API_URL: server.url }), {
      branch,
      title: "Run the images of c0ffee",
      body: "",
    });
  const writes = () => asked.filter(({ method }) => method !== "GET");

  it("is not opened when nothing differs", async () => {
    assert.equal(await proposed(), undefined);
    assert.deepEqual(asked, []);
  });

  it("has one commit on top of what is checked out, with the changed files alone", async () => {
    await writeFile(path.join(clone, "Pulumi.prod.yaml"), "after\n");
    await writeFile(path.join(clone, "not-of-git"), "");
    assert.equal(await proposed(), open.html_url);
    const file = { path: "Pulumi.prod.yaml", mode: "100644", type: "blob", content: "after\n" };
    assert.deepEqual(
      writes().map(({ method, url, body }) => [method, url.slice("/repos/o/n".length), body]),
      [
        ["POST", "/git/trees", { base_tree: head, tree: [file] }],
        [
          "POST",
          "/git/commits",
          { message: "Run the images of c0ffee", tree: "sha-of-trees", parents: [head] },
        ],
        ["POST", "/git/refs", { ref: `refs/heads/${branch}`, sha: "sha-of-commits" }],
        [
          "POST",
          "/pulls",
          { title: "Run the images of c0ffee", body: "", head: branch, base: "main" },
        ],
      ],
    );
  });

  it("is moved, not opened twice, when the workflow runs again", async () => {
    [hasBranch, pulls] = [true, [open]];
    await writeFile(path.join(clone, "Pulumi.prod.yaml"), "after\n");
    assert.equal(await proposed(), open.html_url);
    assert.deepEqual(writes().at(-1), {
      method: "PATCH",
      url: `/repos/o/n/git/refs/heads/${branch}`,
      body: { sha: "sha-of-commits", force: true },
    });
  });

  it("is not opened twice, when nobody knows whether it was", async () => {
    isLost = true;
    await writeFile(path.join(clone, "Pulumi.prod.yaml"), "after\n");
    assert.equal(await proposed(), open.html_url);
    assert.equal(writes().filter(({ url }) => url.endsWith("/pulls")).length, 1);
    assert.equal(writes().at(-1)!.method, "PATCH");
  });

  for (const [what, args, env] of [
    ["a branch that is none", ["--branch", "a b"], { GITHUB_TOKEN: "t" }],
    ["a repository that is none", ["--repository", "o"], { GITHUB_TOKEN: "t" }],
    ["no token", [], { GITHUB_TOKEN: "" }],
  ] as const)
    it(`is refused with ${what}, exit code 2`, async () => {
      const all = ["--repository", "o/n", "--branch", "a", "--title", "t", ...args];
      const { code, stderr } = await command("propose", all, { env });
      assert.equal(code, 2);
      assert.match(stderr, /^error: /m);
    });
});
