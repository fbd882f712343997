import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import type { KubernetesObject, WatchEvent } from "../../../rehearsal/control-plane/api";
import { Registration } from "../../../chaos/traffic/load-balancer/registration";

const arn = "arn:aws:elasticloadbalancing:eu-central-1:1:targetgroup/prod-backend/0123";
const binding = {
  metadata: { name: "backend", namespace: "mini-xdr" },
  spec: { targetGroupARN: arn, serviceRef: { name: "backend", port: "http" } },
};

function slice(ready: Record<string, boolean>, service = "backend", namespace = "mini-xdr") {
  return {
    metadata: {
      name: `${service}-1`,
      namespace,
      labels: { "kubernetes.io/service-name": service },
    },
    ports: [
      { name: "metrics", port: 9090 },
      { name: "http", port: 8000 },
    ],
    endpoints: Object.entries(ready).map(([ip, isReady]) => ({
      addresses: [ip],
      conditions: { ready: isReady },
    })),
  };
}

/** One kind of object as an API server has it. */
class Kind {
  objects: KubernetesObject[] = [];
  tell: (event: WatchEvent<KubernetesObject>) => void = () => undefined;
  end: () => void = () => undefined;
  readonly listed = new EventEmitter();
  /** Holds back the list that is asked for. */
  ready: Promise<unknown> = Promise.resolve();
}

class TestApi {
  readonly bindings = new Kind();
  readonly slices = new Kind();

  async watch<T extends KubernetesObject>(
    path: string,
    onEvent: (event: WatchEvent<T>) => void,
    onEnd: (error: Error) => void,
  ): Promise<void> {
    const kind = path.includes("eks.amazonaws.com/v1/targetgroupbindings")
      ? this.bindings
      : this.slices;
    await kind.ready;
    kind.tell = onEvent as Kind["tell"];
    kind.end = () => onEnd(new Error("ended"));
    for (const object of kind.objects) kind.tell({ type: "ADDED", object });
    queueMicrotask(() => kind.listed.emit("done"));
  }
}

class TestTargets extends EventEmitter {
  readonly calls: { call: string; time: number }[] = [];
  register = (group: string, ip: string, port: number) => this.note(`+${group} ${ip}:${port}`);
  deregister = (group: string, ip: string, port: number) => this.note(`-${group} ${ip}:${port}`);

  private async note(call: string): Promise<void> {
    this.calls.push({ call, time: performance.now() });
    this.emit("call");
  }

  /** Resolves with the calls once there are `count`. */
  async first(count: number): Promise<string[]> {
    while (this.calls.length < count) await once(this, "call");
    return this.calls.map(({ call }) => call);
  }
}

describe("The registration of pods", () => {
  let api: TestApi;
  let targets: TestTargets;
  let registration: Registration | undefined;

  beforeEach(() => {
    api = new TestApi();
    targets = new TestTargets();
    api.bindings.objects = [binding];
  });

  afterEach(() => registration?.stop());

  it("takes the ready addresses of the bound service, by the port's name", async () => {
    api.slices.objects = [
      slice({ "10.244.1.2": true, "10.244.1.3": false }),
      slice({ "10.244.9.1": true }, "frontend"),
      slice({ "10.244.9.2": true }, "backend", "elsewhere"),
    ];
    registration = await Registration.start(api, targets, 0.01);
    assert.deepEqual(await targets.first(1), ["+prod-backend 10.244.1.2:8000"]);
  });

  it("follows each change after the delay, and not before", async () => {
    api.slices.objects = [slice({ a: true, b: true, c: true })];
    registration = await Registration.start(api, targets, 0.1);
    await targets.first(3);
    const since = performance.now();
    api.slices.tell({ type: "MODIFIED", object: slice({ a: false, b: true, c: true }) });
    api.slices.tell({ type: "MODIFIED", object: slice({ b: true, c: true, d: true }) });
    assert.deepEqual((await targets.first(5)).slice(3), [
      "-prod-backend a:8000",
      "+prod-backend d:8000",
    ]);
    const waited = targets.calls[3]!.time - since;
    assert.ok(waited > 95 && waited < 400, `${waited} ms`);
    api.slices.tell({ type: "DELETED", object: slice({}) });
    assert.deepEqual((await targets.first(8)).slice(5), [
      "-prod-backend b:8000",
      "-prod-backend c:8000",
      "-prod-backend d:8000",
    ]);
  });

  it("takes everything out with the binding", async () => {
    api.slices.objects = [slice({ a: true })];
    registration = await Registration.start(api, targets, 0.01);
    await targets.first(1);
    api.bindings.tell({ type: "DELETED", object: binding });
    assert.deepEqual((await targets.first(2))[1], "-prod-backend a:8000");
  });

  it("changes nothing while the API server is away, and catches up after", async () => {
    api.slices.objects = [slice({ a: true, b: true })];
    registration = await Registration.start(api, targets, 0.01);
    await targets.first(2);
    let list!: (value?: unknown) => void;
    api.slices.ready = new Promise((resolve) => (list = resolve));
    api.slices.end();
    api.slices.end(); // a stream that fails also closes
    api.slices.objects = [slice({ b: true, c: true })];
    // The other watch goes on; what it tells must not make anyone believe that no pod is left.
    api.bindings.tell({ type: "MODIFIED", object: binding });
    const listed = once(api.slices.listed, "done");
    list();
    await listed;
    assert.deepEqual(targets.calls.length, 2);
    assert.deepEqual((await targets.first(4)).slice(2), [
      "-prod-backend a:8000",
      "+prod-backend c:8000",
    ]);
  });
});
