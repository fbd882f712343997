import assert from "node:assert/strict";
import { readdir, readlink } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { output, start } from "../../../lib/processes";
import type { ControlPlane } from "../../../rehearsal/control-plane/control-plane";
import type { RealNodes } from "../../../rehearsal/nodes/real-nodes";
import type { Names } from "../../../rehearsal/sandbox/names";
import type { Network } from "../../../rehearsal/sandbox/network";
import { isReady, nodes as nodesPath, pod, pods, until, web, type Node, type Pod } from "./objects";

/** What the checks have. */
export interface Bed {
  plane: ControlPlane;
  nodes: RealNodes;
  names: Names;
  network: Network;
}

/** Done one after the other; each may use what those before it made. A text is worth reporting. */
export const checks: { name: string; run(bed: Bed): Promise<string | undefined> }[] = [
  {
    name: "has three Ready nodes in under 30 s",
    async run({ plane }) {
      assert.ok(plane.readySeconds < 30, `${plane.readySeconds} s`);
      return `Ready after ${plane.readySeconds.toFixed(1)} s, DNS and policies after ${plane.seconds.toFixed(1)} s`;
    },
  },
  {
    name: "runs pods with probes, one a zone, and leads to them from the sandbox and from a node",
    async run({ plane: { api }, nodes }) {
      const { deployment, service } = web();
      await until(api, "/api/v1/namespaces/default/serviceaccounts", (all) => all.length > 0);
      await api.create("/apis/apps/v1/namespaces/default/deployments", deployment);
      await api.create("/api/v1/namespaces/default/services", service);
      const since = performance.now();
      const all = await webPods(api);
      const seconds = (performance.now() - since) / 1000;
      assert.equal(new Set(all.map(({ spec }) => spec.nodeName)).size, 3);
      const { address, url } = await webService(api);
      for (const [index, { status }] of all.entries()) {
        const answer = await ask<{ from: string }>(`http://${status.podIP}:8080/`);
        assert.match(answer.from, /10\.250\.0\.1$/, `pod ${index} from the sandbox`);
      }
      await untilServed(url);
      const program = `fetch("${url}").then((r) => r.json()).then((b) => console.log(b.node))`;
      const [command = "", ...args] = [...nodes.all[0]!.inside(), process.execPath, "-e", program];
      assert.match(await output(command, args), /^eu-central-1/, `${address} from a node`);
      return `three pods Ready after ${seconds.toFixed(1)} s`;
    },
  },
  {
    name: "lets a deleted pod serve through its preStop pause",
    async run({ plane: { api } }) {
      await api.create(pods, pod("leaver", { app: "leaver" }));
      const leaver = await readyPod(api, "leaver");
      const since = performance.now();
      await api.delete(`${pods}/leaver`);
      await pause(1500);
      assert.ok(await ask(`http://${leaver.status.podIP}:8080/`));
      await until(api, pods, (all) => !all.some(({ metadata }) => metadata.name === "leaver"));
      const seconds = (performance.now() - since) / 1000;
      assert.ok(seconds >= 3 && seconds < 10, `gone after ${seconds} s`);
    },
  },
  {
    name: "gives a pod's log through the API server",
    async run({ plane: { api } }) {
      const [first] = await webPods(api);
      assert.match(await api.get<string>(`${pods}/${first!.metadata.name}/log`), /listening/);
    },
  },
  {
    name: "resolves Services, the bed's names, and refuses others at once",
    async run({ plane: { api }, names }) {
      names.set("writer.test", 5, ["198.18.7.2"]);
      await api.create(pods, pod("friend", { friend: "yes" }));
      await api.create(pods, pod("stranger", { friend: "no" }));
      const client = await readyPod(api, "friend");
      const resolve = (name: string) =>
        ask<{ addresses?: string[]; error?: string }>(
          `http://${client.status.podIP}:8080/resolve?${name}`,
        );
      const { address } = await webService(api);
      assert.deepEqual(await resolve("web.default.svc.cluster.local"), { addresses: [address] });
      assert.deepEqual(await resolve("writer.test"), { addresses: ["198.18.7.2"] });
      const since = performance.now();
      assert.deepEqual(await resolve("example.com"), { error: "ENOTFOUND" });
      assert.ok(performance.now() - since < 1000, "at once");
    },
  },
  {
    name: "leads from pods to a host with an address of the plan, and back",
    async run({ plane: { api }, network }) {
      await network.add("server", planned);
      const [command = "", ...inside] = network.inside("server");
      const program = `
        require("node:http").createServer((request, response) =>
          response.end(JSON.stringify({ from: request.socket.remoteAddress }))
        ).listen(9000, () => console.log("listening"))`;
      const server = await start(command, [...inside, process.execPath, "-e", program], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      await untilServed(`http://${planned}:9000/`);
      const client = await readyPod(api, "friend");
      const asked = await askThrough(client, `http://${planned}:9000/`);
      assert.match(asked.body!.from, new RegExp(`${client.status.podIP}$`), "its own address");
      assert.match(await askFrom(network, `http://${client.status.podIP}:8080/`), /10\.20\.32\.5/);
      server.kill("SIGKILL");
    },
  },
  {
    name: "enforces a NetworkPolicy: admits whom it names, and nobody else, while probes pass",
    async run({ plane: { api }, network }) {
      const [friend, stranger] = [await readyPod(api, "friend"), await readyPod(api, "stranger")];
      const [target] = await webPods(api);
      const url = `http://${target!.status.podIP}:8080/`;
      assert.equal((await askThrough(stranger, url)).status, 200, "before there is a policy");
      await api.create("/apis/networking.k8s.io/v1/namespaces/default/networkpolicies", policy);
      await untilBlocked(stranger, url);
      assert.equal((await askThrough(friend, url)).status, 200, "a pod that it names");
      assert.match(await askFrom(network, url), /10\.20\.32\.5/, "an address that it names");
      await assert.rejects(ask(url), { name: "TimeoutError" }, "any other address");
      await pause(4000);
      assert.equal((await webPods(api)).length, 3, "Ready all the while");
    },
  },
  {
    name: "loses a zone's power with all its processes, and has it back with policies in force",
    async run({ plane, nodes }) {
      const { api } = plane;
      const zone = plane.zones[1]!;
      const [name] = plane.nodesOf(zone);
      const before = await processesOf(nodes.node(name!).pid);
      assert.ok(before.length > 8, `${before.length} processes`);
      const cut = performance.now();
      await plane.loseZone(zone);
      assert.deepEqual(await alive(before), []);
      await until<Node>(api, nodesPath, (all) => !isReady(named(all, name!)));
      const notReady = (performance.now() - cut) / 1000;
      const back = performance.now();
      await plane.restoreZone(zone);
      await until<Node>(api, nodesPath, (all) => isReady(named(all, name!)));
      const ready = (performance.now() - back) / 1000;
      const all = await webPods(api);
      const served = (performance.now() - back) / 1000;
      const target = all.find(({ spec }) => spec.nodeName === name)!;
      const url = `http://${target.status.podIP}:8080/`;
      const [friend, stranger] = [await readyPod(api, "friend"), await readyPod(api, "stranger")];
      await untilBlocked(stranger, url);
      await untilAdmitted(friend, url);
      return `NotReady ${notReady.toFixed(1)} s after the cut, Ready ${ready.toFixed(1)} s after power, its pods after ${served.toFixed(1)} s`;
    },
  },
  {
    name: "starts a node again the moment after its power was cut",
    async run({ plane, nodes }) {
      const node = nodes.all[0]!;
      const first = node.pid;
      await node.cutPower();
      await node.start();
      assert.notEqual(node.pid, first);
      await webPods(plane.api);
      await until<Node>(plane.api, nodesPath, (all) => all.every(isReady));
    },
  },
  {
    name: "cuts a node's cable while it runs on, and mends it",
    async run({ plane, nodes }) {
      const node = nodes.all[2]!;
      const before = await processesOf(node.pid);
      await node.cutCable();
      await until<Node>(plane.api, nodesPath, (all) => !isReady(named(all, node.name)));
      assert.ok((await alive(before)).length > 8, "it runs on");
      await node.mendCable();
      await until<Node>(plane.api, nodesPath, (all) => all.every(isReady));
    },
  },
  {
    name: "keeps every address on the wire whichever node is lost, so that the others stay reached",
    async run({ nodes }) {
      const wire = async (interfaceName: string, inside: string[] = []) => {
        const [program = "", ...args] = [...inside, "ip", "link", "show", interfaceName];
        return /ether (\S+)/.exec(await output(program, args))![1];
      };
      const ours = await wire("fabric");
      for (const node of nodes.all) {
        const its = await wire("eth0", node.inside());
        await node.cutPower();
        assert.equal(await wire("fabric"), ours, `after ${node.name} was lost`);
        await node.start();
        assert.equal(await wire("eth0", node.inside()), its, `${node.name} after its return`);
      }
    },
  },
];

/** An address of the plan's database subnets. */
const planned = "10.20.32.5";

const policy = {
  metadata: { name: "web" },
  spec: {
    podSelector: { matchLabels: { app: "web" } },
    policyTypes: ["Ingress"],
    ingress: [
      {
        from: [
          { podSelector: { matchLabels: { friend: "yes" } } },
          { ipBlock: { cidr: `${planned}/32` } },
        ],
        ports: [{ port: 8080 }],
      },
    ],
  },
};

type Api = ControlPlane["api"];

async function webPods(api: Api): Promise<Pod[]> {
  const mine = (all: Pod[]) => all.filter(({ metadata }) => metadata.labels?.app === "web");
  const all = await until<Pod>(api, pods, (all) => mine(all).filter(isReady).length === 3, 60);
  return mine(all);
}

async function readyPod(api: Api, name: string): Promise<Pod> {
  const is = (pod: Pod) => pod.metadata.name === name && isReady(pod);
  return (await until<Pod>(api, pods, (all) => all.some(is), 60)).find(is)!;
}

async function webService(api: Api) {
  const { spec } = await api.get<{ spec: { clusterIP: string } }>(
    "/api/v1/namespaces/default/services/web",
  );
  return { address: spec.clusterIP, url: `http://${spec.clusterIP}/` };
}

async function ask<T>(url: string): Promise<T> {
  const response = await fetch(url, { signal: AbortSignal.timeout(3000) });
  return (await response.json()) as T;
}

interface Asked {
  status?: number;
  body?: { from: string };
  error?: string;
}

/** Lets a pod ask. */
async function askThrough(pod: Pod, url: string): Promise<Asked> {
  return ask<Asked>(`http://${pod.status.podIP}:8080/ask?${encodeURIComponent(url)}`);
}

/** Asks from the host with the planned address. */
async function askFrom(network: Network, url: string): Promise<string> {
  const program = `fetch("${url}").then((r) => r.text()).then((text) => console.log(text))`;
  const [command = "", ...inside] = network.inside("server");
  return output(command, [...inside, process.execPath, "-e", program]);
}

/** A rule reaches the nodes a moment after the API. */
async function untilServed(url: string): Promise<void> {
  for (const end = Date.now() + 5000; ; await pause(100))
    if (await ask(url).then(() => true, () => Date.now() > end)) return; // prettier-ignore
}

async function untilBlocked(pod: Pod, url: string): Promise<void> {
  const end = Date.now() + 10_000;
  while ((await askThrough(pod, url)).error !== "TIMEOUT")
    assert.ok(Date.now() < end, `${pod.metadata.name} still reaches ${url}`);
}

/** An agent that has just started knows whom rules name a moment after it blocks. */
async function untilAdmitted(pod: Pod, url: string): Promise<void> {
  const end = Date.now() + 10_000;
  while ((await askThrough(pod, url)).status !== 200)
    assert.ok(Date.now() < end, `${pod.metadata.name} does not reach ${url}`);
}

function named(all: Node[], name: string): Node {
  return all.find(({ metadata }) => metadata.name === name)!;
}

/** Processes in the pid namespace of this one and those below it. */
async function processesOf(pid: number): Promise<string[]> {
  const lines = (await output("ps", ["-e", "-o", "pid=,ppid="])).trim().split("\n");
  const parents = lines.map((line) => line.trim().split(/\s+/) as [string, string]);
  const found = new Set([`${pid}`]);
  for (let size = 0; size < found.size;) {
    size = found.size;
    for (const [child, parent] of parents) if (found.has(parent)) found.add(child);
  }
  return [...found];
}

async function alive(pids: string[]): Promise<string[]> {
  const there = await readdir("/proc");
  const living = await Promise.all(
    pids.map(async (pid) => there.includes(pid) && (await readlink(`/proc/${pid}/exe`).catch(() => ""))), // prettier-ignore
  );
  return pids.filter((_, index) => living[index]);
}
