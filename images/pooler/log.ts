/** Logs one line of JSON. No field may hold a password. */
export type Log = (
  level: "info" | "error",
  message: string,
  fields?: Record<string, string | number>,
) => void;

export const logTo =
  (stream: NodeJS.WritableStream): Log =>
  (level, message, fields) => {
    const line = { time: new Date().toISOString(), level, message, ...fields };
    stream.write(`${JSON.stringify(line)}\n`);
  };
