/** An event of a stream. */
export interface StreamEvent {
  /** Its type; "message" unless the stream names one. */
  type: string;
  data: string;
}

/**
 * Reads Server-Sent Events from text that comes in pieces, cut anywhere. `EventSource` is not of
 * use: it sends no header. Comments (heartbeats) and fields that the page does not use are skipped.
 */
export class EventParser {
  private rest = "";
  private type = "";
  private data: string[] = [];

  /** The events that this piece of text completes. */
  push(text: string): StreamEvent[] {
    // A "\r" at the end may be half of "\r\n": it waits for what follows.
    const all = this.rest + text;
    const whole = all.endsWith("\r") ? all.slice(0, -1) : all;
    const lines = whole.split(/\r\n|\n|\r/);
    this.rest = lines.pop()! + all.slice(whole.length);
    return lines.flatMap((line) => this.line(line) ?? []);
  }

  private line(line: string): StreamEvent | undefined {
    if (line === "") return this.end();
    const [, name, value] = /^([^:]*):? ?(.*)$/.exec(line)!;
    if (name === "event") this.type = value!;
    if (name === "data") this.data.push(value!);
    return undefined;
  }

  private end(): StreamEvent | undefined {
    const event = { type: this.type || "message", data: this.data.join("\n") };
    const empty = this.data.length === 0;
    this.type = "";
    this.data = [];
    return empty ? undefined : event;
  }
}
