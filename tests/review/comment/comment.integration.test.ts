import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { RunOptions } from "../../../lib/processes";
import { headings, marker } from "../../../review/heading";
import { command, stackTrace } from "../../support/command";
import { hostile } from "../hostile";
import { bot, FakeGitHub, repository, token } from "./fake-github";

describe("npm run comment, before a stand-in of GitHub", function () {
  this.timeout(60_000);
  const head = "0123456789abcdef0123456789abcdef01234567";
  const sound = `${marker}\n${headings.open}\n\nCompared against <code>main</code>.\n`;
  let github: FakeGitHub;
  let folder: string;
  let file: string;

  before(async () => {
    github = await FakeGitHub.start();
    folder = await mkdtemp(path.join(tmpdir(), "mini-xdr-comment-"));
    file = path.join(folder, "comment.md");
  });
  after(async () => {
    await github.stop();
    await rm(folder, { recursive: true });
  });
  beforeEach(async () => {
    github.forget();
    await rm(file, { force: true });
    await writeFile(file, sound);
  });

  async function comment(args: string[] = [], env: RunOptions["env"] = {}) {
    const own = { GITHUB_TOKEN: token, GITHUB_API_URL: github.url, GITHUB_SERVER_URL: "" };
    const all = ["--repository", repository, "--head", head, "--artifact", folder, ...args];
    const result = await command("comment", all, { env: { ...own, ...env } });
    assert.doesNotMatch(result.stderr, stackTrace);
    assert.ok(!(result.stdout + result.stderr).includes(token), "the token is told");
    return result;
  }

  const writes = () => github.asked.filter((line) => !line.startsWith("GET "));

  it("writes a comment, and says the same thing in the same place again", async () => {
    const pull = github.open(7, head);
    github.say(pull, "reviewer", "Looks good");
    const first = await comment(["--run", "42"]);
    assert.equal(first.code, 0, first.stderr);
    assert.equal(first.stdout, "#7: a new comment");
    assert.equal(
      pull.comments[1]!.body,
      `${marker}\n## ✅ Nothing blocks it\n\n` +
        `Of commit <code>0123456789ab</code>, by [its run](https://github.com/${repository}/actions/runs/42).\n\n` +
        "Compared against <code>main</code>&#46;\n\n",
    );
    const again = await comment(["--run", "42"]);
    assert.equal(again.stdout, "#7: its comment says it already");
    await writeFile(file, sound.replace(headings.open, headings.blocked));
    const other = await comment();
    assert.equal(other.stdout, "#7: its comment says it now");
    assert.match(pull.comments[1]!.body, /^## ⛔ Blocked$/m);
    assert.equal(pull.comments.length, 2);
    assert.equal(writes().length, 2);
  });

  it("finds its own among 131 over all pages, and leaves an impostor's alone", async () => {
    const pull = github.open(7, head);
    const impostor = github.say(pull, "impostor", `${marker}\n${headings.open}\nMerge it.`);
    for (let number = 0; number < 120; number++) github.say(pull, "reviewer", `No. ${number}`);
    const quoted = github.say(pull, bot, `Another job of the bot quotes ${marker}`);
    const own = github.say(pull, bot, `${marker}\nold`);
    for (let number = 0; number < 8; number++) github.say(pull, "reviewer", "More");
    const before = structuredClone(pull.comments);
    const { code, stdout } = await comment();
    assert.equal(code, 0);
    assert.equal(stdout, "#7: its comment says it now");
    assert.deepEqual(writes(), [`PATCH /repos/${repository}/issues/comments/${own}`]);
    assert.ok(github.asked.some((line) => line.includes("page=2")));
    for (const was of before.filter(({ id }) => id !== own))
      assert.deepEqual(
        pull.comments.find(({ id }) => id === was.id),
        was,
      );
    assert.ok(impostor < own && quoted < own);
  });

  it("removes a second one of its own, which would say something older", async () => {
    const pull = github.open(7, head);
    const first = github.say(pull, bot, `${marker}\nold`);
    github.say(pull, bot, `${marker}\nolder`);
    assert.equal((await comment()).code, 0);
    assert.deepEqual(
      pull.comments.map(({ id }) => id),
      [first],
    );
  });

  it("finds the pull request among 130, closed ones and other heads apart", async () => {
    for (let number = 1; number <= 130; number++)
      github.open(number, number.toString(16).padStart(40, "0"));
    github.open(131, head, { state: "closed" });
    const pull = github.open(132, head);
    const { stdout } = await comment();
    assert.equal(stdout, "#132: a new comment");
    assert.equal(github.pulls.flatMap(({ comments }) => comments).length, 1);
    assert.equal(pull.comments.length, 1);
  });

  it("posts nothing of a commit that is no pull request's head any more, and says so", async () => {
    github.open(7, "f".repeat(40));
    const { code, stdout } = await comment();
    assert.equal(code, 0);
    assert.match(stdout, /^no open pull request has 0123\w+ as its head: .*nothing is posted$/);
    assert.deepEqual(writes(), []);
  });

  it("posts nothing when the head moves between two looks", async () => {
    const pull = github.open(7, head);
    // The list is answered late by what was true before: as GitHub's is.
    Object.defineProperty(pull, "head", {
      get: () => {
        const looked = github.asked.some((line) => line.endsWith("/pulls/7"));
        return { ref: "change", sha: looked ? "f".repeat(40) : head, repo: pull.base.repo };
      },
    });
    const { code, stdout } = await comment();
    assert.equal(code, 0);
    assert.match(stdout, /^#7: it has another head by now, or is closed; nothing is posted$/);
    assert.deepEqual(writes(), []);
  });

  it("writes on every pull request of the head, and on each what it cannot know of the other", async () => {
    const [main, twin, release] = [1, 2, 3].map((number) => github.open(number, head));
    release!.base = { ...release!.base, ref: "release" };
    twin!.locked = true;
    const json = path.join(folder, "report.json");
    const { code, stdout, stderr } = await comment(["--json", json]);
    assert.equal(code, 1);
    assert.equal(stdout, "#1: a new comment\n#2: not commented\n#3: a new comment");
    assert.match(
      stderr,
      /^error: GitHub: POST \/repos\/\S+\/issues\/2\/comments: 403: .* is locked/,
    );
    assert.match(main!.comments[0]!.body, /head of pull requests to other branches.*release/);
    assert.match(release!.comments[0]!.body, /other branches.*<code>main<\/code> \(1\), .*\(2\)/);
    const report = JSON.parse(await readFile(json, "utf8"));
    assert.equal(report.verdict, "open");
    assert.deepEqual(
      report.pulls.map(({ number, outcome }: { number: number; outcome: string }) => [
        number,
        outcome,
      ]),
      [
        [1, "created"],
        [2, "failed"],
        [3, "created"],
      ],
    );
  });

  describe("what may be the change's own word", () => {
    const evil = { ref: "main", sha: head, repo: { full_name: "evil/infrastructure" } };
    const files = (...names: string[]) => names.map((filename) => ({ filename, status: "added" }));
    const guarded = files("policies/rules/workloads/replicas.ts", ".github/workflows/comment.yml");
    const cases: [title: string, given: Parameters<FakeGitHub["open"]>[2], says: RegExp[]][] = [
      ["from a fork", { head: evil }, [/from a fork, <code>evil&#47;|from a fork, <code>evil\//]],
      [
        "from a fork that is gone",
        { head: { ...evil, repo: null } },
        [/from a fork, which is gone/],
      ],
      [
        "with policies and workflows edited",
        { files: guarded },
        [/It edits policies, which judge it: .*replicas/, /It edits workflows and owners/],
      ],
      [
        "with the program that comments moved away",
        {
          files: [
            {
              filename: "docs/comment.ts",
              previous_filename: "review/comment/comment.ts",
              status: "renamed",
            },
          ],
        },
        [/It edits the comparison, which judge it: <code>review\/comment\/comment/],
      ],
      [
        "of more files than GitHub lists",
        { changed_files: 3001 },
        [/more files than GitHub lists/],
      ],
    ];
    for (const [title, given, says] of cases)
      it(`${title}: is said to be, whatever the artifact says`, async () => {
        const pull = github.open(7, head, given);
        assert.equal((await comment()).code, 0);
        const [{ body } = { body: "" }] = pull.comments;
        assert.match(body, /^## ⚠️ By its own word: nothing blocks it$/m);
        assert.match(body, /This is no verdict of the base/);
        for (const said of says) assert.match(body, said);
        assert.doesNotMatch(body, /✅/);
        assert.equal(body.match(/<details>/g)!.length, body.match(/<\/details>/g)!.length);
      });

    it("stays inside its frame, with every hostile name, in names of files and repositories too", async () => {
      const pull = github.open(7, head, {
        head: { ...evil, repo: { full_name: hostile.join("/") } },
        files: files(...hostile.map((name) => `policies/${name}`)),
      });
      await writeFile(
        file,
        [
          marker,
          headings.open,
          ...hostile.flatMap((text) => [
            "",
            text,
            "",
            `<details><summary>${text}</summary>`,
            "",
            text,
            "",
            "</details>",
          ]),
          "</details>",
          "> ⚠️ **All of this is judged by the base**",
        ].join("\n"),
      );
      assert.equal((await comment()).code, 0);
      const [{ body } = { body: "" }] = pull.comments;
      assert.equal(body.split(marker).length, 2, "one marker");
      assert.equal(body.match(/^## /gm)!.length, 1, "one verdict");
      assert.ok(body.endsWith("</details>\n"), "its frame is the last thing");
      const left = body.replace(marker, "").replace(/&#\d+;/g, "");
      const markup = /<(?!\/?(details|summary|code|strong)>)/;
      for (const forbidden of [markup, /[@`|~_]/, /[^\n#]#/, /\]\(/, /https?:/])
        assert.doesNotMatch(left, forbidden);
    });
  });

  describe("an artifact with no verdict takes an older one's place", () => {
    const cases: [title: string, lay: () => Promise<void>, says: RegExp][] = [
      ["none", () => rm(file), /has left no file where/],
      [
        "binary junk",
        () => writeFile(file, Buffer.from([0x89, 0xff, 0xfe, 0])),
        /a file that is no text/,
      ],
      ["nothing", () => writeFile(file, ""), /a text that is no comparison/],
      ["an impostor's text", () => writeFile(file, "## ✅ Nothing blocks it"), /no comparison/],
      [
        "a link to somebody's file",
        async () => {
          await rm(file);
          await symlink("/etc/passwd", file);
        },
        /nothing but a link/,
      ],
      [
        "a pipe that nobody writes to",
        async () => {
          await rm(file);
          execFileSync("mkfifo", [file]);
        },
        /something that is no file/,
      ],
      [
        "a folder",
        async () => {
          await rm(file);
          await mkdir(file);
        },
        /something that is no file/,
      ],
    ];
    for (const [title, lay, says] of cases)
      it(title, async () => {
        const pull = github.open(7, head);
        github.say(pull, bot, `${marker}\n${headings.open}\nof an older commit`);
        await lay();
        const { code, stdout, stderr } = await comment();
        await rm(file, { force: true, recursive: true });
        assert.equal(code, 1);
        assert.equal(stdout, "#7: its comment says it now");
        assert.equal(stderr, "error: --artifact: it has no verdict, and the comment says so");
        assert.match(pull.comments[0]!.body, /^## ⚠️ No verdict$/m);
        assert.match(pull.comments[0]!.body, says);
        assert.doesNotMatch(pull.comments[0]!.body, /✅|root:/);
      });
  });

  it("cuts what does not fit from the end, says so, and names the run", async () => {
    const pull = github.open(7, head);
    const section = (number: number) =>
      `<details><summary>${number}</summary>\n\n${"@x ".repeat(300)}\n\n</details>\n\n`;
    for (const [count, whole] of [
      [100, true],
      [3000, false],
    ] as const) {
      const text = Array.from({ length: count }, (_, number) => section(number)).join("");
      await writeFile(file, `${marker}\n${headings.blocked}\n\n${text}`);
      const { code, stderr } = await comment(["--run", "42"]);
      assert.equal(code, 0, stderr);
      const { body } = pull.comments[0]!;
      assert.match(body, /^.*\n## ⛔ Blocked$/m);
      assert.match(
        body,
        /\*\*\d+ more parts do not fit into a comment:\*\* \[its run\]\(\S+\/42\)/,
      );
      assert.ok([...body].length <= 65_536 && body.length > 55_000, String(body.length));
      assert.equal(body.match(/<details>/g)!.length, body.match(/<\/details>/g)!.length);
      assert.equal((await readFile(file)).length <= 1_048_576, whole);
    }
  });

  describe("GitHub's own troubles", () => {
    const bad = (of: RegExp) => ({ of, status: 502, message: "Server Error" });

    it("failing twice, then well: waits and goes on", async () => {
      const pull = github.open(7, head);
      github.troubles.push(bad(/GET .*\/pulls\?/), bad(/GET .*\/pulls\?/));
      const since = Date.now();
      const { code, stdout } = await comment();
      assert.equal(code, 0);
      assert.equal(stdout, "#7: a new comment");
      assert.ok(Date.now() - since > 3000, "it waited for one second, and for two");
      assert.equal(pull.comments.length, 1);
    });

    it("a comment that is made, and not answered: none is made twice", async () => {
      const pull = github.open(7, head);
      github.troubles.push({ ...bad(/POST/), done: true });
      const { code } = await comment();
      assert.equal(code, 0);
      assert.equal(pull.comments.length, 1);
      assert.deepEqual(writes(), [`POST /repos/${repository}/issues/7/comments`]);
    });

    it("its secondary limit: waits as long as it says", async () => {
      const pull = github.open(7, head);
      const message = "You have exceeded a secondary rate limit.";
      github.troubles.push({ of: /POST/, status: 403, message, headers: { "retry-after": "2" } });
      const since = Date.now();
      const { code } = await comment();
      assert.equal(code, 0);
      assert.ok(Date.now() - since > 2000);
      assert.equal(pull.comments.length, 1);
    });

    it("a limit of an hour: says until when, exit code 1", async () => {
      const reset = Math.floor(Date.now() / 1000) + 3000;
      const headers = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(reset) };
      github.troubles.push({
        of: /pulls/,
        status: 403,
        message: "API rate limit exceeded",
        headers,
      });
      const { code, stderr } = await comment();
      assert.equal(code, 1);
      assert.match(
        stderr,
        /^error: GitHub: GET \S+: 403: API rate limit exceeded: not before 20\S+Z$/,
      );
    });

    it("another address, which the token is not sent to", async () => {
      const headers = { location: "https://evil.example/" };
      github.troubles.push({ of: /pulls/, status: 301, message: "Moved Permanently", headers });
      const { code, stderr } = await comment();
      assert.equal(code, 1);
      assert.match(stderr, /^error: GitHub: GET \S+: 301: Moved Permanently$/);
    });
  });

  const wrong: [
    title: string,
    args: string[],
    env: RunOptions["env"],
    code: number,
    says: RegExp,
  ][] = [
    ["no token", [], { GITHUB_TOKEN: "" }, 2, /^error: GITHUB_TOKEN: it is not set/],
    [
      "another token",
      [],
      { GITHUB_TOKEN: "other" },
      1,
      /^error: GitHub: .*: 401: Bad credentials$/,
    ],
    [
      "a repository that there is not",
      ["--repository", "mini-xdr/none"],
      {},
      1,
      /^error: GitHub: GET \/repos\/mini-xdr\/none\/pulls\?\S+: 404: Not Found$/,
    ],
    [
      "an API without TLS",
      [],
      { GITHUB_API_URL: "http://api.example" },
      2,
      /GITHUB_API_URL: .* is not allowed; allowed: https:/,
    ],
    [
      "no repository's name",
      ["--repository", "../x"],
      {},
      2,
      /'..\/x' is invalid. allowed: OWNER\/NAME/,
    ],
    ["half a SHA", ["--head", "0123"], {}, 2, /'0123' is invalid. allowed: a full SHA/],
    ["a run that is none", ["--run", "1)"], {}, 2, /'1\)' is invalid. allowed: a run's id/],
    [
      "no artifact",
      ["--artifact", "none.md"],
      {},
      2,
      /^error: --artifact: none\.md is not there: name/,
    ],
  ];
  for (const [title, args, env, expected, says] of wrong)
    it(`${title}: one clear line, nothing is written`, async () => {
      github.open(7, head);
      const { code, stdout, stderr } = await comment(args, env);
      assert.match(stderr, says);
      assert.equal(stderr.split("\n").length, 1);
      assert.equal(stdout, "");
      assert.equal(code, expected);
      assert.deepEqual(writes(), []);
    });
});
