import type { Server } from "node:http";
import { Cache } from "./cache";
import { Dependencies } from "./dependencies";
import { loadModel } from "./detection/load";
import type { Model } from "./detection/model";
import { Drain } from "./drain";
import { countActive, Incidents } from "./incidents";
import { Ingestion } from "./ingestion";
import { log } from "./log";
import { Metrics } from "./metrics";
import { stateOf } from "./mode";
import { Admission } from "./overload";
import { version } from "./package.json";
import type { Settings } from "./settings";
import { StallWatch } from "./stall";
import { Store } from "./store";
import { Streams } from "./stream";
import { Tenants } from "./tenants";
import { Valkey } from "./valkey";

/** How old the count of active incidents may be, in milliseconds. */
const countEvery = 15_000;

/** Everything that the routes work with, made once per process. */
export class Services {
  readonly version = version;
  readonly metrics = new Metrics();
  readonly admission: Admission;
  readonly stall = new StallWatch();
  readonly drain: Drain;
  readonly tenants: Tenants;
  readonly ingestion: Ingestion;
  readonly incidents: Incidents;
  readonly streams: Streams;
  readonly dependencies: Dependencies;
  /** Absent until it is loaded. */
  model: Model | undefined;
  private readonly store: Store;
  private readonly valkey: Valkey;
  private counted = -Infinity;

  constructor(
    readonly settings: Settings,
    server: Server,
  ) {
    const { metrics } = this;
    this.admission = new Admission(settings.limits);
    this.drain = new Drain(server);
    this.store = new Store(settings, metrics);
    this.valkey = new Valkey(settings.cache, () => metrics.cacheFailed());
    const cache = new Cache(this.valkey, {
      hit: () => metrics.cacheHits.inc(),
      miss: () => metrics.cacheMisses.inc(),
    });
    const uncounted = { hit: () => undefined, miss: () => undefined };
    this.tenants = new Tenants(this.store, new Cache(this.valkey, uncounted));
    this.incidents = new Incidents(this.store, cache);
    this.streams = new Streams(this.store, this.valkey, settings.limits.streams);
    this.ingestion = new Ingestion(
      this.store,
      () => this.model!,
      metrics,
      (tenant) => this.streams.changed(tenant),
    );
    this.dependencies = new Dependencies(this.store, this.valkey);
  }

  /** Loads the detection model; the pod has started when it is there, and its connections were tried. */
  async start(): Promise<void> {
    const [model] = await Promise.all([loadModel(this.settings.modelFile), this.store.warm()]);
    this.model = model;
    log.info("model loaded", { model: this.model.name, version: this.model.version });
  }

  state() {
    return stateOf(this.store, this.valkey);
  }

  /** All metrics in Prometheus' text format. */
  async metricsText(): Promise<string> {
    if (performance.now() - this.counted > countEvery) {
      this.counted = performance.now();
      // The next scrape has it; this one does not wait for a database.
      countActive(this.store).then(
        (counts) => this.metrics.setActiveIncidents(counts),
        () => undefined,
      );
    }
    return (
      (await this.metrics.text(this.store.activeConnections)) + (await this.store.lagMetrics())
    );
  }

  async close(): Promise<void> {
    this.stall.close();
    this.streams.close();
    this.valkey.close();
    await this.store.close();
  }
}
