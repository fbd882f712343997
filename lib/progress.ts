interface Task {
  title: string;
  text: string;
  started?: number;
  seconds?: number;
  mark: string;
}

const marks = { waiting: "·", running: "▸", passed: "✔", failed: "✘" };

/**
 * Shows what a rehearsal is doing: on a terminal one line per task, kept up to date; elsewhere a
 * line for every step.
 */
export class View {
  private readonly tasks: Task[] = [];
  private drawn = 0;
  private ended = false;
  private readonly timer?: NodeJS.Timeout;

  constructor(
    private readonly stream: Pick<
      NodeJS.WriteStream,
      "isTTY" | "columns" | "write"
    > = process.stderr,
  ) {
    if (stream.isTTY) this.timer = setInterval(() => this.draw(), 200).unref();
  }

  /** Adds a task that will run later. */
  add(title: string): Task {
    const task = { title, text: "", mark: marks.waiting };
    this.tasks.push(task);
    return task;
  }

  /** Runs a task, which says what it does; `passed` looks at its result. */
  async run<T>(
    task: Task,
    work: (say: (text: string) => void) => Promise<T>,
    passed: (result: T) => boolean = () => true,
  ): Promise<T> {
    task.started = Date.now();
    task.mark = marks.running;
    this.print(task, "starts");
    try {
      const result = await work((text) => this.say(task, text));
      task.mark = passed(result) ? marks.passed : marks.failed;
      return result;
    } catch (error) {
      task.mark = marks.failed;
      throw error;
    } finally {
      task.seconds = secondsSince(task.started);
      task.text = "";
      this.print(task, `${task.mark} ${task.seconds} s`);
    }
  }

  /** A line that stays. */
  note(text: string): void {
    this.erase();
    this.stream.write(`${text}\n`);
    this.draw();
  }

  /** Draws the last state and stops; once is enough. */
  end(): void {
    if (this.ended) return;
    this.ended = true;
    this.draw();
    clearInterval(this.timer);
    this.drawn = 0;
  }

  private say(task: Task, text: string): void {
    task.text = text;
    this.print(task, text);
  }

  private print(task: Task, text: string): void {
    if (!this.stream.isTTY) this.stream.write(`${task.title}: ${text}\n`);
  }

  private draw(): void {
    if (!this.stream.isTTY) return;
    this.erase();
    const width = (this.stream.columns || 80) - 1;
    for (const { mark, title, text, seconds, started } of this.tasks) {
      const time = seconds ?? (started ? secondsSince(started) : undefined);
      const line = `${mark} ${title.padEnd(44)} ${time === undefined ? "" : `${time} s`.padStart(5)}  ${text}`;
      this.stream.write(`${line.slice(0, width)}\n`);
    }
    this.drawn = this.tasks.length;
  }

  private erase(): void {
    if (this.drawn > 0) this.stream.write(`\x1b[${this.drawn}A\x1b[J`);
    this.drawn = 0;
  }
}

function secondsSince(start: number): number {
  return Math.round((Date.now() - start) / 1000);
}
