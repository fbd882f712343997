import { serviceState, type ServiceState } from "./api";
import { announce, byId, setText } from "./dom";
import { inWords } from "./incident";

/** What the page knows of the service; "unreachable" is its own finding. */
export type Mode = ServiceState["mode"] | "unreachable";

/** Between two questions, ms. */
const interval = 5_000;

const words: Record<Mode, { lamp: string; title: string; works: string; fails: string }> = {
  normal: { lamp: "normal", title: "", works: "", fails: "" },
  degraded: {
    lamp: "degraded",
    title: "The service is degraded.",
    works: "You can read incidents; some answers may be a little old and are marked so.",
    fails: "Searches may be slow, and a change may be refused: then try again.",
  },
  "read-only": {
    lamp: "read-only",
    title: "The service is read-only for now.",
    works: "You can read incidents; answers may be old and are marked so.",
    fails: "Changes and new events are refused until the database is back. What you type is kept.",
  },
  unreachable: {
    lamp: "unreachable",
    title: "The service cannot be reached.",
    works: "What is on this page stays readable, as it was last known.",
    fails: "Nothing new arrives and nothing can be saved. The page goes on trying.",
  },
};

/** Asks for the service's state, and shows what works and what does not. */
export class Service {
  mode: Mode = "normal";
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asking: Promise<Mode> | undefined;

  /** `back` is called when the service is normal again. */
  constructor(private readonly back: () => void) {
    addEventListener("online", () => void this.ask());
    addEventListener("offline", () => void this.ask());
    document.addEventListener("visibilitychange", () => document.hidden || void this.ask());
  }

  /** Asks now, shows it, and goes on asking. */
  ask(): Promise<Mode> {
    this.asking ??= this.askOnce().finally(() => {
      this.asking = undefined;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => void this.ask(), document.hidden ? 6 * interval : interval);
    });
    return this.asking;
  }

  private async askOnce(): Promise<Mode> {
    const state = await serviceState().catch(() => undefined);
    const mode = state?.mode ?? "unreachable";
    this.show(mode in words ? mode : "degraded", state?.reasons ?? []);
    return this.mode;
  }

  private show(mode: Mode, reasons: readonly string[]): void {
    const lamp = byId("service");
    lamp.dataset.mode = mode;
    setText(lamp.querySelector("b")!, words[mode].lamp);
    const isBack = mode === "normal" && this.mode !== "normal";
    const urgent = mode === "read-only" || mode === "unreachable";
    fill(byId("banner-alert"), urgent ? mode : "normal", reasons);
    fill(byId("banner-status"), urgent ? "normal" : mode, reasons);
    this.mode = mode;
    if (!isBack) return;
    announce("The service is back to normal.");
    this.back();
  }
}

function fill(banner: HTMLElement, mode: Mode, reasons: readonly string[]): void {
  // What has not changed is not announced again.
  const shown = JSON.stringify([mode, reasons]);
  if (banner.dataset.shown === shown) return;
  banner.dataset.shown = shown;
  banner.dataset.mode = mode;
  if (mode === "normal") return banner.replaceChildren();
  const { title, works, fails } = words[mode];
  banner.replaceChildren(
    line("strong", "title", title),
    line("span", "works", works),
    line("span", "fails", fails),
    ...(reasons.length > 0
      ? [line("span", "reasons", `Cause: ${reasons.map(inWords).join("; ")}.`)]
      : []),
  );
}

function line(tag: "strong" | "span", name: string, text: string): HTMLElement {
  const element = document.createElement(tag);
  element.className = name;
  // The space keeps the sentences apart where they are read as one.
  element.textContent = `${text} `;
  return element;
}
