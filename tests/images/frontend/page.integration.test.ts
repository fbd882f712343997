import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { root } from "../../support/planned";
import { ApiStandIn } from "./support/api-stand-in";
import { startBrowser } from "./support/browser";
import { Frontend } from "./support/frontend";
import { putSample } from "./support/sample";
import { Visit } from "./support/visit";

/** What the browser itself reports of a request that failed; the test has made it fail. */
const networkFailure = /^Failed to load resource/;

describe("the page, in a real browser before a stand-in of the API", function () {
  this.timeout(60_000);
  let browser: Browser;
  let frontend: Frontend;
  let api: ApiStandIn;
  let visit: Visit;

  before(async function () {
    browser = await startBrowser(this);
    frontend = await Frontend.start();
    api = await ApiStandIn.start(frontend.url);
  });

  beforeEach(() => api.reset());
  afterEach(() => visit?.close());
  after(async () => {
    await browser?.close();
    await api?.stop();
    await frontend?.stop();
  });

  const open = async (options?: BrowserContextOptions) =>
    (visit = await Visit.open(browser, api.url, options));
  const openSignedIn = async (options?: BrowserContextOptions) => {
    await open(options);
    await visit.signIn();
    await visit.page.getByText("live", { exact: true }).waitFor();
    return visit.page;
  };
  const trouble = async (state: Partial<typeof api.state>) => {
    api.state = { ...api.state, ...state };
    await visit.askState();
  };
  const noScriptComplained = () =>
    assert.deepEqual(
      visit.complaints.filter((text) => !networkFailure.test(text)),
      [],
    );

  describe("signing in", () => {
    it("says what is wrong with a key, and keeps a good one in the tab alone", async () => {
      const { page } = await open();
      assert.equal(await visit.focused(), "key");
      await page.keyboard.press("Enter");
      await visit.told("alert", "Type your API key.");
      await page.keyboard.type("wrong");
      await page.keyboard.press("Enter");
      await visit.told("alert", "This API key is not accepted.");
      assert.equal(await visit.focused(), "key");
      assert.equal(await page.getByLabel("API key").getAttribute("aria-invalid"), "true");
      await visit.signIn();
      assert.equal(await visit.focused(), "heading");
      const kept = await page.evaluate(() => ({
        session: Object.values(sessionStorage),
        local: localStorage.length,
        cookie: document.cookie,
        address: location.href,
      }));
      assert.deepEqual(kept, {
        session: [ApiStandIn.key],
        local: 0,
        cookie: "",
        address: `${api.url}/`,
      });
      noScriptComplained();
    });

    it("lasts over a reload, and leaves nothing behind when it ends", async () => {
      const [first] = putSample(api);
      const page = await openSignedIn();
      await page.reload();
      await visit.openIncident(first!.title);
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByLabel("API key").waitFor();
      assert.equal(await visit.focused(), "key");
      assert.deepEqual(await page.evaluate(() => Object.keys(sessionStorage)), []);
      assert.equal(await page.getByRole("row", { includeHidden: true }).count(), 1, "the header");
      assert.equal(page.url(), `${api.url}/`);
    });

    it("is asked for again when the key counts no more", async () => {
      const page = await openSignedIn();
      api.accepts = false;
      api.dropStreams();
      await visit.told("alert", "Your API key is not accepted any more.");
      assert.equal(await page.evaluate(() => sessionStorage.length), 0);
    });

    it("opens the incident that the address names", async () => {
      const [, second] = putSample(api);
      const { page } = await open();
      await page.goto(`${api.url}/?incident=${second!.id}`);
      await page.getByLabel("API key").fill(ApiStandIn.key);
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { level: 2, name: second!.title }).waitFor();
    });
  });

  describe("the list", () => {
    it("shows an incident as it happens, says so, and leaves the focus alone", async () => {
      const [first] = putSample(api);
      const page = await openSignedIn();
      await page.getByRole("link", { name: first!.title }).first().focus();
      api.put({ title: "Credential stuffing", severity: "critical" });
      await page.getByRole("row", { name: /Critical.*Credential stuffing/ }).waitFor();
      await visit.told("status", "New incident, critical: Credential stuffing.");
      assert.equal(await visit.focused(), first!.title);
      api.put({ id: first!.id, status: "resolved" });
      await page.getByRole("row", { name: /Ransomware activity.*fin-ws-031.*Resolved/ }).waitFor();
      assert.equal(await visit.focused(), first!.title);
      assert.deepEqual(visit.complaints, []);
    });

    it("comes back after its stream broke, with what happened meanwhile", async () => {
      const page = await openSignedIn();
      assert.equal(api.dropStreams(), 1);
      api.put({ title: "While nobody listened" });
      await page.getByText("paused, trying again").waitFor();
      await page.getByRole("link", { name: "While nobody listened" }).waitFor();
      await page.getByText("live", { exact: true }).waitFor();
      noScriptComplained();
    });

    it("filters, and loads older incidents", async () => {
      putSample(api);
      for (let n = 0; n < 60; n += 1)
        api.put({ title: `Old ${n}`, severity: "low", createdAt: new Date(n * 1e6).toISOString() });
      const page = await openSignedIn();
      await page.getByRole("button", { name: "Load older incidents" }).click();
      await page.getByRole("link", { name: "Old 0" }).waitFor();
      api.dropStreams();
      await page.getByText("paused, trying again").waitFor();
      await page.getByText("live", { exact: true }).waitFor();
      await page.getByRole("link", { name: "Old 0" }).waitFor();
      await page.getByLabel("Severity").selectOption("Critical");
      await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 2);
      api.put({ title: "Not shown", severity: "low" });
      api.put({ title: "Shown", severity: "critical" });
      await page.getByRole("link", { name: "Shown" }).waitFor();
      assert.equal(await page.getByRole("link", { name: "Not shown" }).count(), 0);
    });

    it("marks an answer that is an old one, counts on, and takes the mark away", async () => {
      putSample(api);
      const page = await openSignedIn();
      api.staleFor = 42;
      api.dropStreams();
      await page.getByText(/^This list is 4\d seconds old/).waitFor();
      await page.getByText(/^This list is 4[4-9] seconds old/).waitFor();
      await visit.told("status", /This list is 4\d seconds old/);
      api.staleFor = undefined;
      api.dropStreams();
      await page.locator("#list-age").waitFor({ state: "hidden" });
    });
  });

  describe("the banner", () => {
    it("says politely what a degraded service does not do, and goes", async () => {
      const page = await openSignedIn();
      await trouble({ mode: "degraded", reasons: ["cache-away"] });
      await visit.told("status", "The service is degraded.");
      await visit.told("status", "Cause: Cache away.");
      await trouble({ mode: "normal", reasons: [] });
      await page.getByText("The service is degraded.").waitFor({ state: "detached" });
      await visit.told("status", "The service is back to normal.");
      assert.deepEqual(visit.complaints, []);
    });

    it("says at once that the service is read-only, and goes by itself", async () => {
      const page = await openSignedIn();
      api.state = { ...api.state, mode: "read-only" };
      // Without a hint: by the page's own question.
      await visit.told("alert", "Changes and new events are refused until the database is back.");
      api.state = { ...api.state, mode: "normal" };
      await page.getByText("The service is read-only").waitFor({ state: "detached" });
    });

    it("says that the service cannot be reached", async () => {
      const page = await openSignedIn();
      await page.route("**/api/**", (route) => route.abort());
      await visit.askState();
      await visit.told("alert", "The service cannot be reached.");
      await page.unroute("**/api/**");
      await visit.askState();
      await page.getByText("The service cannot be reached.").waitFor({ state: "detached" });
      noScriptComplained();
    });
  });

  describe("an incident", () => {
    it("is found, opened and changed with the keyboard alone", async () => {
      const [, second] = putSample(api);
      const { page } = await open();
      const press = async (...keys: string[]) => {
        for (const key of keys) await page.keyboard.press(key);
      };
      await page.keyboard.type(ApiStandIn.key);
      await press("Enter");
      await page.getByRole("link", { name: second!.title }).first().waitFor();
      await press("Tab", "Tab", "Tab");
      assert.equal(await visit.focused(), "Ransomware activity");
      await press("ArrowDown", "ArrowDown", "ArrowUp");
      assert.equal(await visit.focused(), second!.title);
      await press("Enter");
      await page.getByRole("button", { name: "Save" }).waitFor();
      assert.equal(await visit.focused(), "detail-heading");
      await press("Tab", "Tab", "ArrowDown", "Tab", "Tab", "Control+A");
      await page.keyboard.type("Password reset.");
      assert.equal(await visit.focused(), "note");
      await press("Tab", "Enter");
      await visit.told("status", "Saved.");
      const { status, note, assignee } = api.incidents.get(second!.id)!;
      assert.deepEqual([status, note, assignee], ["resolved", "Password reset.", "m.alvarez"]);
      await press("Escape");
      assert.equal(await visit.focused(), second!.title);
      assert.equal(page.url(), `${api.url}/`);
      assert.deepEqual(visit.complaints, []);
    });

    it("has a skip link, and works with the browser's own way back", async () => {
      const [first] = putSample(api);
      const page = await openSignedIn();
      await page.reload();
      await page.getByRole("link", { name: first!.title }).first().waitFor();
      await page.keyboard.press("Tab");
      assert.equal(await visit.focused(), "Skip to the incidents");
      await visit.openIncident(first!.title);
      await page.goBack();
      await page
        .getByRole("heading", { level: 2, name: first!.title })
        .waitFor({ state: "hidden" });
      await page.goForward();
      await page.getByRole("heading", { level: 2, name: first!.title }).waitFor();
    });

    it("changed by someone else is not overwritten; what was typed is kept", async () => {
      const [first] = putSample(api);
      const page = await openSignedIn();
      await visit.openIncident(first!.title);
      await page.getByLabel("Note").fill("Mine.");
      // No event of it comes: the page does not know.
      await page.route("**/api/incidents/stream", (route) => route.abort());
      api.dropStreams();
      api.put({ id: first!.id, status: "investigating", assignee: "someone" });
      await page.getByRole("button", { name: "Save" }).click();
      await visit.told(
        "alert",
        "Changed by someone else: the status is now investigating, the assignee is now someone.",
      );
      assert.equal(api.incidents.get(first!.id)!.note, null);
      assert.equal(await page.getByLabel("Note").inputValue(), "Mine.");
      await page.getByRole("button", { name: "Save" }).click();
      await visit.told("status", "Saved.");
      const { status, assignee, note } = api.incidents.get(first!.id)!;
      assert.deepEqual([status, assignee, note], ["investigating", "someone", "Mine."]);
      noScriptComplained();
    });

    it("looked at again has what was typed, and everything else as it is by now", async () => {
      const [first] = putSample(api);
      const page = await openSignedIn();
      await visit.openIncident(first!.title);
      await page.getByLabel("Note").fill("Half a sen");
      await page.getByRole("button", { name: "Close" }).click();
      api.put({ id: first!.id, status: "investigating" });
      await visit.openIncident(first!.title);
      await visit.told("status", "Not saved yet: what you typed earlier.");
      await page.getByRole("button", { name: "Save" }).click();
      await visit.told("status", "Saved.");
      const { status, note } = api.incidents.get(first!.id)!;
      assert.deepEqual(
        [status, note],
        ["investigating", "Half a sen"],
        "nobody's change is undone",
      );
    });

    it("follows the stream while one types, and keeps what is typed", async () => {
      const [first] = putSample(api);
      const page = await openSignedIn();
      await visit.openIncident(first!.title);
      await page.getByLabel("Note").fill("Half a sen");
      api.put({ id: first!.id, assignee: "someone" });
      await visit.told("status", "Changed by someone else just now. What you typed is kept.");
      assert.equal(await page.getByLabel("Assignee").inputValue(), "someone");
      assert.equal(await page.getByLabel("Note").inputValue(), "Half a sen");
    });

    it("is not changed while the service is read-only; what was typed is kept", async () => {
      const [first, second] = putSample(api);
      const page = await openSignedIn();
      await visit.openIncident(first!.title);
      await page.getByLabel("Note").fill("Isolated the host.");
      await trouble({ mode: "read-only" });
      await page.getByRole("button", { name: "Save" }).click();
      await visit.told("alert", "Not saved: the service is read-only for now.");
      // Another incident is looked at meanwhile.
      await visit.openIncident(second!.title);
      await visit.openIncident(first!.title);
      assert.equal(await page.getByLabel("Note").inputValue(), "Isolated the host.");
      await trouble({ mode: "normal" });
      await visit.told("status", "The service is back to normal.");
      await page.getByRole("button", { name: "Save" }).click();
      await visit.told("status", "Saved.");
      assert.equal(api.incidents.get(first!.id)!.note, "Isolated the host.");
    });

    for (const changes of ["lost before", "lost after"] as const)
      it(`whose change was ${changes} it was made may be saved again, and is changed once`, async () => {
        const [first] = putSample(api);
        const page = await openSignedIn();
        await visit.openIncident(first!.title);
        // The stream would tell the outcome.
        await page.route("**/api/incidents/stream", (route) => route.abort());
        api.dropStreams();
        api.changes = changes;
        await page.getByLabel("Status").last().selectOption("Resolved");
        await page.getByRole("button", { name: "Save" }).click();
        await visit.told("alert", "this may be saved or not");
        api.changes = "answered";
        await page.getByRole("button", { name: "Save" }).click();
        await visit.told("status", "Saved.");
        const { status, version } = api.incidents.get(first!.id)!;
        assert.deepEqual([status, version], ["resolved", first!.version + 1]);
      });

    it("whose change was made while the connection broke is changed once, and said to be saved", async () => {
      const [first] = putSample(api);
      const page = await openSignedIn();
      await visit.openIncident(first!.title);
      await page.getByLabel("Note").fill("Once.");
      api.changes = "cut after";
      // The browser itself sends it again, and the second one does not match.
      await page.getByRole("button", { name: "Save" }).click();
      await visit.told("status", "Saved.");
      const { note, version } = api.incidents.get(first!.id)!;
      assert.deepEqual([note, version], ["Once.", first!.version + 1]);
    });

    it("that does not exist says so", async () => {
      await openSignedIn();
      await visit.page.goto(`${api.url}/?incident=none`);
      await visit.told("alert", "There is no such incident.");
    });
  });

  describe("for everybody", () => {
    for (const colorScheme of ["light", "dark"] as const)
      it(`axe finds nothing, ${colorScheme}`, async function () {
        this.timeout(180_000);
        const [first] = putSample(api);
        const { page } = await open({ colorScheme });
        const found: Record<string, string[]> = { "signed out": await visit.violations() };
        await page.getByLabel("API key").fill("wrong");
        await page.keyboard.press("Enter");
        await visit.told("alert", "not accepted");
        found["not signed in"] = await visit.violations();
        await visit.signIn();
        await page.getByText("live", { exact: true }).waitFor();
        found.normal = await visit.violations();
        await trouble({ mode: "degraded", reasons: ["cache-away"] });
        await visit.told("status", "The service is degraded.");
        found.degraded = await visit.violations();
        await visit.openIncident(first!.title);
        await page.getByLabel("Note").fill("Isolated the host.");
        api.staleFor = 42;
        await trouble({ mode: "read-only" });
        api.dropStreams();
        await page
          .getByText(/^This incident is \d+ seconds old/)
          .first()
          .waitFor();
        await page.getByRole("button", { name: "Save" }).click();
        await visit.told("alert", "Not saved");
        found["read-only, old and not saved"] = await visit.violations();
        await page.setViewportSize({ width: 360, height: 740 });
        found.narrow = await visit.violations();
        for (const [state, violations] of Object.entries(found))
          assert.deepEqual(violations, [], state);
      });

    it("axe is asked for real: it finds a planted fault", async () => {
      const { page } = await open();
      await page.evaluate(() => document.body.append(document.createElement("input")));
      assert.match((await visit.violations()).join(), /^label: <input>/);
    });

    for (const width of [360, 320])
      it(`nothing is cut off or scrolls sideways at ${width} px`, async () => {
        const [first] = putSample(api);
        api.put({ title: "Averyveryverylongnamewithoutanyplacetobreakit".repeat(3), entity: "x" });
        await open({ viewport: { width, height: 640 } });
        await visit.fitsItsWidth();
        await visit.signIn();
        await visit.page.getByRole("link", { name: first!.title }).first().waitFor();
        await visit.fitsItsWidth();
        await trouble({ mode: "read-only", reasons: ["database-reads-away", "cache-away"] });
        await visit.told("alert", "read-only");
        await visit.fitsItsWidth();
        await visit.openIncident(first!.title);
        await visit.fitsItsWidth();
        assert.equal(await visit.page.getByRole("table").count(), 0, "the list makes room");
      });

    for (const reducedMotion of ["reduce", "no-preference"] as const)
      it(`a new row ${reducedMotion === "reduce" ? "does not light" : "lights"} up: ${reducedMotion}`, async () => {
        const page = await openSignedIn({ reducedMotion });
        api.put({ title: "Fresh" });
        const row = page.getByRole("row", { name: /Fresh/ });
        const name = await row.evaluate((element) => getComputedStyle(element).animationName);
        assert.equal(name, reducedMotion === "reduce" ? "none" : "fresh");
      });
  });

  it("runs nothing that its policy does not allow", async () => {
    const { page } = await open();
    const directives = ["require-trusted-types-for", "connect-src", "style-src-elem"];
    const planted = await page.evaluate(async (wanted) => {
      const violated = new Set<string>();
      const all = new Promise<void>((resolve) =>
        addEventListener("securitypolicyviolation", ({ effectiveDirective }) => {
          violated.add(effectiveDirective);
          if (wanted.every((directive) => violated.has(directive))) resolve();
        }),
      );
      const script = document.createElement("script");
      try {
        script.text = "globalThis.planted = true";
      } catch {
        // No text becomes a script.
      }
      document.body.append(script);
      await fetch("https://elsewhere.invalid/").catch(() => undefined);
      const style = document.createElement("style");
      style.textContent = "body { display: none }";
      document.head.append(style);
      await all;
      return "planted" in globalThis || getComputedStyle(document.body).display === "none";
    }, directives);
    assert.equal(planted, false);
    assert.ok(visit.complaints.length > 0, "the other tests would have seen it");
  });

  it("is small and soon there", async () => {
    const { page } = await open();
    const { bytes, ready } = await page.evaluate(() => {
      const all = [
        ...performance.getEntriesByType("navigation"),
        ...performance.getEntriesByType("resource"),
      ] as PerformanceResourceTiming[];
      const [navigation] = performance.getEntriesByType("navigation") as [
        PerformanceNavigationTiming,
      ];
      return {
        bytes: all
          .filter(({ name }) => !name.includes("/api/"))
          .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
        ready: navigation.domContentLoadedEventEnd,
      };
    });
    console.log(`    ${bytes} bytes over the wire, ready after ${Math.round(ready)} ms`);
    assert.ok(bytes > 5_000 && bytes < 20_000, `${bytes} bytes`);
  });

  // Written on request only: WRITE_PICTURE=1.
  (process.env.WRITE_PICTURE ? it : it.skip)("has its picture taken", async () => {
    const [, second] = putSample(api);
    const page = await openSignedIn({ viewport: { width: 1280, height: 760 } });
    await trouble({ mode: "degraded", reasons: ["cache-away"] });
    await visit.told("status", "The service is degraded.");
    await visit.openIncident(second!.title);
    await page.mouse.move(0, 0);
    const folder = join(root, "docs/images");
    await mkdir(folder, { recursive: true });
    await page.screenshot({ path: join(folder, "page.png"), animations: "disabled" });
  });
});
