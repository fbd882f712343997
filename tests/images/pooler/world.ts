import { decide, initial, type Report, type State } from "../../../images/pooler/decide";

/** What is held against the world; it need not be ours. */
export type Decider = typeof decide;

/** A member of the cluster as it really is. */
interface Server {
  role: "writer" | "standby" | "down";
  /** What it writes, or the newest that it has received. */
  timeline: number;
  /** Whom it receives from. */
  upstream?: number;
}

/** An answer on its way: what was true at `snapshot`, asked at `at`. */
interface Letter {
  endpoint: number;
  at: number;
  snapshot: number;
  answer: NonNullable<Report["answer"]>;
}

/**
 * Three members, whoever promotes them, the network before them, names that lie, and one decider.
 *
 * Who promotes is assumed to lose no acknowledged write, as RDS does not: the old writer has become a
 * standby, or the other standby has stopped to receive from it, before another one takes writes. It
 * need not know that it is the old one, and may go on and come back as often as it likes.
 */
export class World {
  now = 1000;
  readonly servers: Server[] = [0, 1, 2].map((index) => ({
    role: index === 0 ? "writer" : "standby",
    timeline: 1,
    upstream: index === 0 ? undefined : 0,
  }));
  /** Who was promoted when; the last one is the newest writer. */
  readonly promotions = [{ server: 0, timeline: 1, at: 0 }];
  state: State = initial(this.now);
  readonly reports: Report[] = [0, 1, 2].map((index) => {
    return { endpoint: `instance-${index}`, since: this.now };
  });
  private readonly cut = new Set<number>();
  /** Which server a name leads to; 3 is a writer of another cluster. */
  readonly leads = [0, 1, 2];
  private readonly letters: Letter[] = [];

  constructor(private readonly decider: Decider = decide) {}

  get newest() {
    return this.promotions.at(-1)!;
  }

  /** Asks an endpoint; the answer waits to be delivered. */
  ask(endpoint: number): void {
    const at = this.now;
    const index = this.leads[endpoint]!;
    if (index === 3) {
      const foreign = { system: "2", server: "10.9.9.9", standby: false, timeline: 99 };
      this.post(endpoint, at, { at, ...foreign, streaming: false, lag: 0 });
      return;
    }
    const server = this.servers[index]!;
    if (this.cut.has(index)) return;
    if (server.role === "down") {
      this.reports[endpoint]!.refused = at;
      return;
    }
    const streaming = server.role === "standby" && this.receives(server);
    this.post(endpoint, at, {
      at,
      system: "1",
      server: `10.0.0.${index}`,
      standby: server.role === "standby",
      timeline: server.timeline,
      streaming,
      lag: 0,
    });
  }

  /** Delivers one of the answers that are on their way, however old it is. */
  deliver(which: number): void {
    const [letter] = this.letters.splice(which % (this.letters.length || 1), 1);
    if (!letter) return;
    const report = this.reports[letter.endpoint]!;
    if ((report.answer?.at ?? 0) < letter.at) report.answer = letter.answer;
  }

  deliverAll(): void {
    while (this.letters.length > 0) this.deliver(0);
  }

  /** Time passes, and the decider decides. */
  step(milliseconds: number): void {
    this.now += milliseconds;
    this.state = this.decider(this.state, this.reports, this.now);
  }

  /** The server ends at once, or starts again as what it was: it has not been told of anything since. */
  fail(index: number): void {
    const server = this.servers[index]!;
    if (server.role === "down") server.role = server.upstream === undefined ? "writer" : "standby";
    else server.role = "down";
  }

  /** Another one takes over, where no acknowledged write can be lost by it. */
  promote(index: number): void {
    const { server: old } = this.newest;
    const chosen = this.servers[index]!;
    const [other] = this.servers.filter((_, each) => each !== index && each !== old);
    if (index === old || chosen.role !== "standby") return;
    const demoted = this.servers[old]!.role === "standby";
    if (!demoted && other!.role !== "standby") return;
    for (const each of this.servers)
      if (each.upstream === old && each.role !== "down") each.upstream = -1;
    const timeline = this.newest.timeline + 1;
    Object.assign(chosen, { role: "writer", timeline, upstream: undefined });
    this.promotions.push({ server: index, timeline, at: this.now });
  }

  /** The server is told of the newest writer, and follows it. */
  follow(index: number): void {
    const { server: writer } = this.newest;
    if (index === writer || this.servers[index]!.role === "down") return;
    Object.assign(this.servers[index]!, { role: "standby", upstream: writer });
    this.receives(this.servers[index]!);
  }

  /** The writer gives up by itself, before anybody takes over. */
  demote(): void {
    const { server } = this.newest;
    if (this.servers[server]!.role === "writer")
      Object.assign(this.servers[server]!, { role: "standby", upstream: -1 });
  }

  /** The network between us and one server breaks, or is whole again. */
  part(index: number): void {
    if (!this.cut.delete(index)) this.cut.add(index);
  }

  /** All is well from now on, and the newest writer is followed. */
  heal(): void {
    this.cut.clear();
    this.leads.splice(0, 3, 0, 1, 2);
    this.letters.length = 0;
    const { server, timeline } = this.newest;
    Object.assign(this.servers[server]!, { role: "writer", timeline, upstream: undefined });
    for (const index of [0, 1, 2]) {
      if (index === server) continue;
      Object.assign(this.servers[index]!, { role: "standby" });
      this.follow(index);
    }
  }

  /** When a server last was the newest writer; never: -Infinity. */
  lastNewest(server: string): number {
    const index = this.promotions.findLastIndex((each) => server === `10.0.0.${each.server}`);
    if (index === -1) return -Infinity;
    return this.promotions[index + 1]?.at ?? Infinity;
  }

  private post(endpoint: number, at: number, answer: Letter["answer"]): void {
    this.letters.push({ endpoint, at, snapshot: this.now, answer });
  }

  /** Whether it receives now. It then knows the newest timeline of its sender, whatever it still catches up on. */
  private receives(server: Server): boolean {
    const upstream = this.servers[server.upstream ?? -1];
    if (upstream?.role !== "writer") return false;
    server.timeline = Math.max(server.timeline, upstream.timeline);
    return true;
  }
}
