import { backups } from "./backups";
import { budget } from "./budget";
import { cluster } from "./cluster";
import { built, textOf, type Board } from "./dashboard";
import { database } from "./database";
import { service } from "./service";

const boards: Board[] = [service, budget, database, backups, cluster];

/** Every dashboard in Grafana's format, the one to open first first. */
export const dashboards = boards.map(built);

/** The files of all dashboards, each text by its file's name. */
export function dashboardFiles(): Map<string, string> {
  return new Map(boards.map((board) => [`${board.name}.json`, textOf(board)]));
}
