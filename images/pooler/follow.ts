import { writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import type { Console } from "./console";
import { decide, initial, type State } from "./decide";
import type { EntriesFile, Entry } from "./entries";
import { Instance, type Access } from "./instance";
import type { Log } from "./log";
import { members } from "./members";
import type { Metrics } from "./metrics";
import { reader } from "./reads";
import type { PooledDatabase, Settings } from "./settings";

/** Milliseconds between two comparisons of PgBouncer with what was decided, where nothing changes. */
const compareEvery = 500;
/** Milliseconds between two looks at the time that has passed, where nobody answers. */
const lookEvery = 100;

/** Follows the writer: asks all instances, decides, and has PgBouncer go where it shall. */
export class Follower {
  private readonly instances = new Map<string, Instance>();
  private state: State;
  private reader: string | undefined;
  private ended = false;
  /** Whether work waited when PgBouncer was last asked. */
  private paused = false;
  private wake = () => {};
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly settings: Settings,
    private readonly console: Console,
    private readonly file: EntriesFile,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {
    // Another process of ours may have left PgBouncer at an instance: it stays there until we know.
    const left = file.read();
    this.state = initial(performance.now(), left.get(settings.writer.name));
    this.reader = settings.reader && left.get(settings.reader.name);
    this.ask(settings.endpoints);
    this.timer = setInterval(() => this.look(), lookEvery);
  }

  /** Resolves when PgBouncer is gone after {@link end}, which ends after its clients. */
  async run(): Promise<void> {
    while (true) {
      const sooner = new Promise<void>((resolve) => (this.wake = resolve));
      try {
        await this.compare();
        this.sign();
      } catch (error) {
        this.metrics.failures.inc();
        this.log("error", "PgBouncer could not be told", { error: (error as Error).message });
        if (this.ended) break;
        await pause(lookEvery);
      }
      await Promise.race([sooner, pause(compareEvery)]);
    }
    clearInterval(this.timer);
    for (const instance of this.instances.values()) instance.end();
  }

  /** The pod ends: PgBouncer still serves those who have not left, so it is followed to its end. */
  end(): void {
    this.ended = true;
  }

  private ask(endpoints: readonly string[]): void {
    const access: Access = { port: this.settings.writer.port, ...this.settings.login };
    for (const [endpoint, instance] of this.instances) {
      if (endpoints.includes(endpoint)) continue;
      instance.end();
      this.instances.delete(endpoint);
    }
    for (const endpoint of endpoints)
      if (!this.instances.has(endpoint))
        this.instances.set(
          endpoint,
          new Instance(endpoint, access, () => this.look(), this.trouble),
        );
  }

  private readonly trouble = (endpoint: string, error: Error) =>
    this.metrics.trouble(endpoint, error);

  /** Decides anew by what is known now. */
  private look(): void {
    this.adoptMembers();
    const reports = [...this.instances.values()].map(({ report }) => report);
    const now = performance.now();
    const before = this.state;
    this.state = decide(before, reports, now);
    const read = reader(this.reader, reports, now, this.settings.turn);
    const { target, held, candidate } = this.state;
    const claimed = candidate?.endpoint !== before.candidate?.endpoint;
    if (target === before.target && held === before.held && !claimed && read === this.reader)
      return;
    this.reader = read;
    if (target !== before.target || held !== before.held)
      this.log("info", held ? "no writer: new work waits" : "writes go", {
        to: target ?? this.settings.writer.host,
        timeline: this.state.writer?.timeline ?? 0,
      });
    this.metrics.decided(before, this.state);
    this.wake();
  }

  private adoptMembers(): void {
    const asked = [...this.instances.keys()];
    const told = [...this.instances.values()].flatMap(({ members: said }) => (said ? [said] : []));
    const now = members(asked, told);
    if (now.every((each) => this.instances.has(each)) && now.length === asked.length) return;
    this.log("info", "other members", { endpoints: now.join(" ") });
    this.ask(now);
  }

  /** Has PgBouncer be as was decided: the writer's entry first, and only then is work let through. */
  private async compare(): Promise<void> {
    const { writer, reader: reads } = this.settings;
    if (this.state.held && !this.paused) await this.console.pause(writer.name);
    const shown = await this.console.databases();
    const paused = shown.get(writer.name)?.paused ?? false;
    this.paused = paused;
    // What is known now counts, not what was when we asked: this process may have stood still.
    this.look();
    const entries = this.entries(this.state.held && paused);
    const isElsewhere = ({ name, host }: PooledDatabase) =>
      shown.get(name)?.host !== (hostIn(entries, name) ?? host);
    const moved = isElsewhere(writer);
    if (moved) await this.point(entries, writer);
    if (!this.state.held && (moved || paused)) {
      if (paused) await this.console.resume(writer.name);
      this.log("info", "work goes on", { to: hostIn(entries, writer.name) ?? writer.host });
      this.metrics.pointed();
      await this.shed();
    }
    if (!moved && reads && isElsewhere(reads)) await this.point(entries, reads);
  }

  private async point(entries: Entry[], database: PooledDatabase): Promise<void> {
    this.file.write(entries);
    await this.console.reload();
    const host = (await this.console.databases()).get(database.name)?.host;
    if (host !== (hostIn(entries, database.name) ?? database.host))
      throw new Error(`PgBouncer kept the host ${host} of ${database.name}`);
    this.metrics.reloads.inc();
  }

  /** Gives up what still runs at another server than the writer that was confirmed. */
  private async shed(): Promise<void> {
    const { target, writer } = this.state;
    if (!target || !writer) return;
    const clients = await this.console.shed(this.settings.writer.name, writer.server);
    if (clients > 0) this.log("info", "statements at another server given up", { clients });
  }

  /** @param waits nothing goes there yet: who claims to be the writer may be pointed at ahead of its confirmation */
  private entries(waits: boolean): Entry[] {
    const { target, candidate } = this.state;
    const hosts: [PooledDatabase | undefined, string | undefined][] = [
      [this.settings.writer, (waits && candidate?.endpoint) || target],
      [this.settings.reader, this.reader],
    ];
    return hosts.flatMap(([database, host]) =>
      database && host
        ? [{ database: database.name, host, port: database.port, dbname: database.dbname }]
        : [],
    );
  }

  /**
   * Says that we live and that PgBouncer is as was decided. Without it the entries fall back to the names.
   * Only that it is another signature counts: nobody compares clocks.
   */
  private sign(): void {
    writeFileSync(this.settings.leaseFile, `${performance.now()}\n`);
    this.metrics.seen([...this.instances.values()], this.state);
  }
}

const hostIn = (entries: Entry[], name: string) =>
  entries.find(({ database }) => database === name)?.host;
