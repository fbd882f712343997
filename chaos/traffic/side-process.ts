import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { run } from "../../lib/processes";

/** A function of the other process, called with a list of arguments. */
export type Methods = Record<string, (...args: never[]) => unknown>;

type ToParent =
  | { ready: true }
  | { failed: string }
  | { answer: number; result?: unknown; error?: string }
  | { event: unknown };

/** A call that waits for its answer. */
interface Call {
  resolve: (result: unknown) => void;
  reject: (error: Error) => void;
}

/**
 * A process that runs beside this one, with an event loop of its own: what it carries is not slowed
 * down by what the rehearsal does. It is steered by calls, tells events, and never outlives this
 * process: the channel between them closes with either.
 */
export class SideProcess<Event> {
  private readonly open = new Map<number, Call>();
  private calls = 0;
  /** Rejects when the process ends without having been told to. */
  readonly unexpectedEnd: Promise<never>;
  private expected = false;

  private constructor(
    private readonly child: ChildProcess,
    private readonly name: string,
    onEvent: (event: Event) => void,
  ) {
    child.on("message", (message: ToParent) => {
      if ("event" in message) onEvent(message.event as Event);
      else if ("answer" in message) this.settle(message.answer, message.result, message.error);
    });
    this.unexpectedEnd = new Promise((_, reject) =>
      child.once("exit", (code, signal) => {
        const error = new Error(`the ${name} has ended: ${signal ?? `exit code ${code}`}`);
        for (const { reject: fail } of this.open.values()) fail(error);
        this.open.clear();
        if (!this.expected) reject(error);
      }),
    );
    this.unexpectedEnd.catch(() => {}); // who wants to know listens
  }

  /**
   * Starts a TypeScript file that calls `serve`.
   *
   * @throws Error when it cannot start, with its own message.
   */
  static async start<Event>(
    name: string,
    file: string,
    config: unknown,
    onEvent: (event: Event) => void,
  ): Promise<SideProcess<Event>> {
    const child = fork(file, {
      execArgv: ["--require", require.resolve("tsx/cjs")],
      // Its own session: Ctrl-C reaches only the rehearsal, which ends everything in order.
      detached: true,
      serialization: "advanced",
    });
    const side = new SideProcess<Event>(child, name, onEvent);
    await preferred(child);
    child.send({ config });
    const [first] = (await Promise.race([once(child, "message"), side.unexpectedEnd])) as [
      ToParent,
    ];
    if (!("failed" in first)) return side;
    await side.kill();
    throw new Error(`the ${name} cannot start: ${first.failed}`);
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** Calls one of its methods. @throws Error with the message of what it has thrown there. */
  call<T>(method: string, ...args: unknown[]): Promise<T> {
    const id = ++this.calls;
    return new Promise<unknown>((resolve, reject) => {
      this.open.set(id, { resolve, reject });
      this.child.send({ call: id, method, args }, (error) => {
        if (error) this.settle(id, undefined, `the ${this.name} is gone: ${error.message}`);
      });
    }) as Promise<T>;
  }

  /** Ends it at once. */
  async kill(): Promise<void> {
    this.expected = true;
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await gone;
  }

  private settle(id: number, result: unknown, error?: string): void {
    const call = this.open.get(id);
    this.open.delete(id);
    if (error === undefined) call?.resolve(result);
    else call?.reject(new Error(error));
  }
}

/**
 * Runs it before everything else that is busy: it stands for a machine of its own. Linux lets root do
 * so; elsewhere it waits its turn, and a run in which the generator waited too long is void.
 */
async function preferred(child: ChildProcess): Promise<void> {
  if (process.platform !== "linux" || child.pid === undefined) return;
  await run("chrt", ["--all-tasks", "--rr", "--pid", "1", String(child.pid)]).catch(() => {});
}

/**
 * The other side: `start` gets the configuration and a way to tell events, and returns the methods.
 * A process that nobody started has no channel; that is a fault.
 */
export function serve<Config, Event>(
  start: (config: Config, tell: (event: Event) => void) => Promise<Methods>,
): void {
  const send = (message: ToParent) => void (process.connected && process.send!(message));
  process.on("disconnect", () => process.exit());
  let methods: Methods;
  const answer = async (id: number, method: string, args: never[]) => {
    try {
      send({ answer: id, result: await methods[method]!(...args) });
    } catch (error) {
      send({ answer: id, error: (error as Error).message });
    }
  };
  process.on(
    "message",
    (message: { config?: Config; call?: number; method?: string; args?: [] }) => {
      if (message.call !== undefined)
        return void answer(message.call, message.method!, message.args!);
      start(message.config!, (event) => send({ event })).then(
        (started) => {
          methods = started;
          send({ ready: true });
        },
        (error: Error) => send({ failed: error.message }),
      );
    },
  );
}
