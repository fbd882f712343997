import { runJob, deleteJobs } from "../../jobs";
import type { AlertFault } from "../fault";
import { groupWait } from "./group-wait";
import { evaluation } from "../../../observability/slo";

const name = "refused-dump";
/** Seconds in which the Job has failed. */
const failing = 240;
/** Seconds between two looks of the exporter, between two scrapes of it, and of the alert's `for`. */
const [look, scrape, lasting] = [60, 60, 60];

export const backupFails: AlertFault = {
  name: "backup-fails",
  title: "A dump that the database refuses",
  tells: "message",
  alerts: ["BackupJobFailed", "BackupJobNeverReported"],
  within: () => look + scrape + lasting + 2 * evaluation.critical + groupWait.messages,
  async inject({ platform }) {
    const { database, secrets } = platform.services;
    const { username, password } = secrets.database.backup;
    const alter = (to: string) => database.writer.sql(`ALTER ROLE ${username} PASSWORD '${to}'`);
    await alter(`not ${password}`);
    const job = { cronJob: "database-backup-dump", name, within: failing };
    const { complete, log } = await runJob(platform, job);
    const refused = log.some((line) => line.includes("password authentication failed"));
    if (complete || !refused) throw new Error(`the dump was not refused: ${log.at(-1)}`);
    return {
      proof: "the Job's pods failed, refused by the database",
      undo: async () => {
        await alter(password);
        await deleteJobs(platform, [name]);
      },
    };
  },
};
