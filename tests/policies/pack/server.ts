import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { join } from "node:path";
import { promisify } from "node:util";
import { credentials } from "@grpc/grpc-js";
import { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import * as analyzer from "@pulumi/pulumi/proto/analyzer_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { Plan, PlannedResource } from "../../../plan/plan";

/** How the engine writes a value that it does not know yet. */
const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

type Diagnostic = analyzer.AnalyzeDiagnostic.AsObject;

/** The policy pack as the engine runs it: a process that prints its port and answers by gRPC. */
export class PackServer {
  private constructor(
    private readonly process: ChildProcess,
    private readonly client: AnalyzerClient,
    /** From the start to the first port that was printed. */
    readonly startSeconds: number,
  ) {}

  /** Starts `policies` with the engine's own runner, in the pack's folder. */
  static async start(root: string): Promise<PackServer> {
    const started = performance.now();
    const runner = require.resolve("@pulumi/pulumi/cmd/run-policy-pack");
    const child = spawn(process.execPath, [runner, "127.0.0.1:1", "."], {
      cwd: join(root, "policies"),
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    child.stderr.on("data", (data) => (said += String(data)));
    const lines = createInterface({ input: child.stdout });
    const port = await new Promise<string>((resolve, reject) => {
      lines.once("line", resolve);
      child.once("exit", (code) => reject(new Error(`the pack ended with ${code}: ${said}`)));
    });
    const client = new AnalyzerClient(`127.0.0.1:${port}`, credentials.createInsecure(), {
      "grpc.max_receive_message_length": -1,
      "grpc.max_send_message_length": -1,
    });
    return new PackServer(child, client, (performance.now() - started) / 1000);
  }

  async info(): Promise<analyzer.AnalyzerInfo.AsObject> {
    const call = promisify(this.client.getAnalyzerInfo.bind(this.client)) as (
      request: Empty,
    ) => Promise<analyzer.AnalyzerInfo>;
    return (await call(new Empty())).toObject();
  }

  /** As the engine does before every operation; this pack takes nothing from it. */
  async configure(): Promise<void> {
    const call = promisify(this.client.configure.bind(this.client)) as (
      request: analyzer.ConfigureAnalyzerRequest,
    ) => Promise<unknown>;
    await call(new analyzer.ConfigureAnalyzerRequest());
  }

  async analyze(resource: PlannedResource): Promise<Diagnostic[]> {
    const request = new analyzer.AnalyzeRequest();
    request.setType(resource.type);
    request.setName(resource.name);
    request.setUrn(resource.urn);
    request.setProperties(properties(resource));
    request.setOptions(options(resource));
    const call = promisify(this.client.analyze.bind(this.client)) as (
      request: analyzer.AnalyzeRequest,
    ) => Promise<analyzer.AnalyzeResponse>;
    return (await call(request)).toObject().diagnosticsList;
  }

  async analyzeStack({ resources }: Plan): Promise<Diagnostic[]> {
    const request = new analyzer.AnalyzeStackRequest();
    request.setResourcesList(resources.map(ofStack));
    const call = promisify(this.client.analyzeStack.bind(this.client)) as (
      request: analyzer.AnalyzeStackRequest,
    ) => Promise<analyzer.AnalyzeResponse>;
    return (await call(request)).toObject().diagnosticsList;
  }

  async stop(): Promise<void> {
    this.client.close();
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.kill();
    await ended;
  }
}

function ofStack(resource: PlannedResource): analyzer.AnalyzerResource {
  const sent = new analyzer.AnalyzerResource();
  sent.setType(resource.type);
  sent.setName(resource.name);
  sent.setUrn(resource.urn);
  sent.setProperties(properties(resource));
  sent.setOptions(options(resource));
  sent.setParent(resource.parent ?? "");
  if (resource.provider) {
    const provider = new analyzer.AnalyzerProviderResource();
    provider.setUrn(resource.provider);
    provider.setType(resource.provider.split("::")[2]!.split("$").at(-1)!);
    provider.setName(resource.provider.split("::").at(-1)!);
    provider.setProperties(new Struct());
    sent.setProvider(provider);
  }
  sent.setDependenciesList(resource.dependencies);
  for (const [property, urns] of Object.entries(resource.propertyDependencies)) {
    const behind = new analyzer.AnalyzerPropertyDependencies();
    behind.setUrnsList(urns);
    sent.getPropertydependenciesMap().set(property, behind);
  }
  return sent;
}

function options({ protect, options }: PlannedResource): analyzer.AnalyzerResourceOptions {
  const sent = new analyzer.AnalyzerResourceOptions();
  sent.setProtect(protect);
  sent.setIgnorechangesList(options.ignoreChanges);
  return sent;
}

/** Inputs as the engine's first preview sends them: what it does not know yet is a sentinel. */
function properties({ inputs, unknowns }: PlannedResource): Struct {
  const copy = structuredClone(inputs);
  for (const path of unknowns) {
    const container = path
      .slice(0, -1)
      .reduce((found, step) => found[step] as Record<string, unknown>, copy);
    container[path.at(-1)!] = unknownValue;
  }
  return Struct.fromJavaScript(copy as never);
}
