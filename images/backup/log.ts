/** Logs what happens: as JSON lines in a pod, as plain lines on a terminal. */
export interface Log {
  info(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
}

type Fields = Record<string, string | number | boolean>;

/** A log of one job on stdout. No field may hold a password. */
export function logOf(job: string): Log {
  const write = (level: string, message: string, fields: Fields = {}) => {
    const time = new Date().toISOString();
    const line = process.stdout.isTTY
      ? [time.slice(11, 19), message, ...Object.entries(fields).map(([k, v]) => `${k}=${v}`)].join(
          " ",
        )
      : JSON.stringify({ time, level, job, message, ...fields });
    process.stdout.write(`${line}\n`);
  };
  return {
    info: (message, fields) => write("info", message, fields),
    error: (message, fields) => write("error", message, fields),
  };
}

/** Counts bytes and logs their number every ten seconds while any flow. */
export class Progress {
  bytes = 0;
  private shown = Date.now();
  private readonly started = Date.now();

  constructor(
    private readonly log: Log,
    private readonly what: string,
    /** Absent when it is not known beforehand. */
    private readonly total?: number,
  ) {}

  add(bytes: number): void {
    this.bytes += bytes;
    if (Date.now() - this.shown < 10_000) return;
    this.shown = Date.now();
    const seconds = (this.shown - this.started) / 1000;
    this.log.info(this.what, {
      bytes: this.bytes,
      megabytesPerSecond: Math.round(this.bytes / seconds / 1e5) / 10,
      ...(this.total ? { percent: Math.floor((100 * this.bytes) / this.total) } : {}),
    });
  }
}
