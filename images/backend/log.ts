type Fields = Record<string, string | number | boolean | undefined>;

/** One JSON line on stdout for what an operator has to know; no field may hold a key or a password. */
export const log = {
  info: (message: string, fields?: Fields) => line("info", message, fields),
  warn: (message: string, fields?: Fields) => line("warn", message, fields),
  error: (message: string, fields?: Fields) => line("error", message, fields),
};

function line(level: string, message: string, fields: Fields = {}): void {
  process.stdout.write(
    `${JSON.stringify({ time: new Date().toISOString(), level, message, ...fields })}\n`,
  );
}
