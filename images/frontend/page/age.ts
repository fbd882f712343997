import { announce, setText } from "./dom";
import { duration } from "./incident";

/** The mark of an answer that is an old one; it counts on while the answer is on the screen. */
export class Age {
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly element: HTMLElement,
    /** What is old, such as "This list". */
    private readonly what: string,
  ) {}

  /** Shows the age in seconds; undefined: the answer is fresh, there is no mark. */
  show(staleFor: number | undefined): void {
    clearInterval(this.timer);
    const wasHidden = this.element.hidden;
    this.element.hidden = staleFor === undefined;
    if (staleFor === undefined) return;
    const since = Date.now() - staleFor * 1000;
    const update = () => setText(this.element, this.text((Date.now() - since) / 1000));
    update();
    // Said once; a screen reader is not told every second.
    if (wasHidden) announce(this.element.textContent!);
    this.timer = setInterval(update, 1_000);
  }

  private text(seconds: number): string {
    return `${this.what} is ${duration(seconds)} old: the database has given no newer one in time.`;
  }
}
