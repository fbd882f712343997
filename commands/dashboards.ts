import { mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { InvalidArgumentError, Option } from "commander";
import { commandLine, optionsOf } from "../lib/command-line";
import { ends, UsageError } from "../lib/ends";
import { dashboardNames, readDashboard } from "../pictures/dashboard";
import { draw } from "../pictures/draw";
import { KeptPrometheus } from "../pictures/kept-prometheus";
import { Prometheus } from "../pictures/prometheus";
import type { Launch } from "./launch";

interface Options {
  prometheus?: string;
  data?: string;
  minutes: number;
  out: string;
  dashboard: string[];
}

const names = dashboardNames(dirname(__dirname));

export const command = commandLine(
  "dashboards",
  "Draw the dashboards from a real Prometheus's answers.",
  "no Prometheus answers",
)
  .option("--prometheus <url>", "a Prometheus, such as http://127.0.0.1:9090")
  .addOption(
    new Option("--data <folder>", "instead, what rehearse:alerts --keep has kept").conflicts(
      "prometheus",
    ),
  )
  .option("--minutes <number>", "how far back to look", wholeMinutes, 60)
  .option("--out <folder>", "where the PNG files go", "docs/pictures/dashboards")
  .addOption(
    new Option("--dashboard <name...>", "only these").choices(names).default(names, "all"),
  );

/** `npm run dashboards`: a picture of each dashboard, drawn from what a real Prometheus answers. */
export async function main(args: string[], { root }: Launch): Promise<number> {
  const options = optionsOf<Options>(command, args);
  const { data, prometheus: address } = options;
  if (!data && !address)
    throw new UsageError("name a Prometheus: --prometheus URL or --data FOLDER");
  const out = folder(options.out);
  const kept = data ? await KeptPrometheus.over(resolve(data)) : undefined;
  try {
    const prometheus = await Prometheus.at(kept?.url ?? address!);
    const to = kept?.until ?? Math.floor(Date.now() / 1000);
    const range = { from: to - options.minutes * 60, to };
    const where = kept ? "over what one in a rehearsal has left" : `at ${prometheus.url}`;
    const source = `Prometheus ${prometheus.version} ${where}`;
    const dashboards = options.dashboard.map((name) => readDashboard(root, name));
    const told = (line: string) => console.log(line);
    await draw({ dashboards, prometheus, range, source, out }, told);
  } finally {
    await kept?.stop();
  }
  return ends.done;
}

function wholeMinutes(text: string): number {
  const minutes = Number(text);
  if (Number.isInteger(minutes) && minutes > 0) return minutes;
  throw new InvalidArgumentError("allowed: a whole number from 1");
}

/** The absolute path of a folder, which is made if it is not there. @throws UsageError */
function folder(path: string): string {
  try {
    mkdirSync(path, { recursive: true });
    return resolve(path);
  } catch (error) {
    throw new UsageError(`--out: ${(error as Error).message}: name a folder`);
  }
}
