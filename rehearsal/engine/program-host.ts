import { Server, type UntypedServiceImplementation } from "@grpc/grpc-js";
import * as pulumi from "@pulumi/pulumi";
import * as automation from "@pulumi/pulumi/automation/server";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import type { Program } from "../../plan/program";
import { chartOf } from "../../upstream/upstream";
import { bound, channelOptions } from "../aws/grpc";

/** The SDK's own server for programs that are no file; its types leave it out. */
const { LanguageServer } = automation as unknown as {
  LanguageServer: new (program: Program) => UntypedServiceImplementation;
};

/**
 * Runs the stack's unchanged program for an engine, as the SDK's automation interface does: the
 * engine calls back by `--client`. The language host that ships with the CLI cannot be had as a
 * module.
 */
export class ProgramHost {
  private constructor(
    private readonly server: Server,
    /** For the engine's `--client`. */
    readonly address: string,
  ) {}

  /**
   * @param chartDigests digests of the charts in the stand-in's registry, by chart; the only thing in
   * which the program's resources differ from the planned ones.
   */
  static async start(program: Program, chartDigests: Record<string, string>): Promise<ProgramHost> {
    const server = new Server(channelOptions);
    const hosted = () => {
      pulumi.runtime.registerResourceTransform(pinnedTo(chartDigests));
      return program();
    };
    server.addService(LanguageRuntimeService, new LanguageServer(hosted));
    return new ProgramHost(server, `127.0.0.1:${await bound(server)}`);
  }

  stop(): void {
    this.server.forceShutdown();
  }
}

function pinnedTo(digests: Record<string, string>): pulumi.ResourceTransform {
  const pinned = (chart: string) => {
    const name = chartOf(chart);
    return name ? `${chart.split("@")[0]}@${digests[name]}` : chart;
  };
  return ({ type, props, opts }) =>
    type === "kubernetes:helm.sh/v3:Release"
      ? { props: { ...props, chart: pulumi.output(props.chart as string).apply(pinned) }, opts }
      : undefined;
}
