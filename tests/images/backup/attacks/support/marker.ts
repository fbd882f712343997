import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { newFolder } from "../../support/folder";

/** What an attack leaves behind when it has run a command: a file with the environment it saw. */
export class Marker {
  private constructor(readonly file: string) {}

  /** In a folder that every server and job of the tests may write to. */
  static async make(): Promise<Marker> {
    return new Marker(join(await newFolder(), "marker"));
  }

  /** For a shell; in no quotes. It reads what it is given, or who gives it would fail. */
  get command(): string {
    return `cat > /dev/null; env > ${this.file}`;
  }

  /** SQL that runs it, for who may: a superuser, and who has pg_execute_server_program. */
  get statement(): string {
    return `COPY (SELECT 1) TO PROGRAM '${this.command}'`;
  }

  /** The environment that the command saw; undefined: it has not run. */
  async seen(): Promise<string | undefined> {
    return readFile(this.file, "utf8").catch(() => undefined);
  }

  async clear(): Promise<void> {
    await rm(this.file, { force: true });
  }
}
