import type { LookupAddress } from "node:dns";
import { lookup } from "node:dns/promises";
import type { LookupFunction } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/** Milliseconds that a name may take to answer where it has meant something before. */
const patience = 100;

type Resolve = (name: string) => Promise<LookupAddress[]>;

/**
 * Looks names up and remembers what they last meant, for while nobody answers. A Service keeps its
 * address for life, so the old one is most likely still right: without it every connection that
 * reaches its lifetime while the cluster's DNS is away would be one less.
 */
export class Names {
  private readonly last = new Map<string, LookupAddress[]>();
  private readonly asking = new Map<string, Promise<LookupAddress[]>>();

  constructor(private readonly resolve: Resolve = (name) => lookup(name, { all: true })) {}

  /** For `connect`. Fails where a name has never meant anything. */
  readonly lookup: LookupFunction = (name, { all }, done) => {
    this.addresses(name).then(
      (found) => (all ? done(null, found) : done(null, found[0]!.address, found[0]!.family)),
      (error: NodeJS.ErrnoException) => done(error, []),
    );
  };

  private async addresses(name: string): Promise<LookupAddress[]> {
    const asked = this.ask(name);
    const last = this.last.get(name);
    if (!last) return asked;
    return Promise.race([asked.catch(() => last), pause(patience, last)]);
  }

  /** One question at a time for each name: each holds one of few threads until it is answered. */
  private ask(name: string): Promise<LookupAddress[]> {
    const running = this.asking.get(name);
    if (running) return running;
    const asked = this.resolve(name)
      .then((found) => {
        this.last.set(name, found);
        return found;
      })
      .finally(() => this.asking.delete(name));
    this.asking.set(name, asked);
    return asked;
  }
}
