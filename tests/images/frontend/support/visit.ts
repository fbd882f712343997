import assert from "node:assert/strict";
import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { ApiStandIn } from "./api-stand-in";

/** A tab of its own, as one person has it, with what its console complained about. */
export class Visit {
  /** Errors of scripts, of the policy and of the network. */
  readonly complaints: string[] = [];

  private constructor(
    private readonly context: BrowserContext,
    readonly page: Page,
  ) {}

  /** Opens the page, before signing in. */
  static async open(
    browser: Browser,
    url: string,
    options: BrowserContextOptions = {},
  ): Promise<Visit> {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      ...options,
    });
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    const visit = new Visit(context, page);
    page.on("pageerror", (error) => visit.complaints.push(String(error)));
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) visit.complaints.push(message.text());
    });
    await page.goto(url);
    return visit;
  }

  async signIn(): Promise<void> {
    await this.page.getByLabel("API key").fill(ApiStandIn.key);
    await this.page.keyboard.press("Enter");
    await this.page.getByRole("heading", { name: "Incidents" }).waitFor();
  }

  /** Opens an incident of the list and waits for its form. */
  async openIncident(title: string): Promise<void> {
    await this.page.getByRole("link", { name: title }).first().click();
    await this.page.getByRole("button", { name: "Save" }).waitFor();
  }

  /** Makes the page ask for the service's state at once: as if its network had come back. */
  async askState(): Promise<void> {
    await this.page.evaluate(() => void dispatchEvent(new Event("online")));
  }

  /** Waits for a text in an element that a screen reader is told about. */
  async told(role: "status" | "alert", text: string | RegExp): Promise<void> {
    await this.page.getByRole(role).filter({ hasText: text }).first().waitFor();
  }

  /** What has the focus: its text, or its name in a form. */
  focused(): Promise<string> {
    return this.page.evaluate(() => {
      const element = document.activeElement as HTMLInputElement;
      return element.name || element.id || element.textContent.trim();
    });
  }

  /** The violations that axe finds, in a readable form. */
  async violations(): Promise<string[]> {
    const { violations } = await new AxeBuilder({ page: this.page }).analyze();
    return violations.map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join("; ")}`,
    );
  }

  /** Fails when the page can be scrolled sideways. */
  async fitsItsWidth(): Promise<void> {
    const [content, width] = await this.page.evaluate(() => [
      document.documentElement.scrollWidth,
      document.documentElement.clientWidth,
    ]);
    assert.equal(content, width, "the page is wider than its window");
  }

  /** Closes the tab. */
  async close(): Promise<void> {
    await this.context.close();
  }
}
