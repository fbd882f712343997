/** Logs what happens, as JSON lines. No field may hold a password. */
export interface Log {
  info(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
}

type Fields = Record<string, string | number | boolean>;

export function logTo(stream: NodeJS.WritableStream): Log {
  const write = (level: string, message: string, fields: Fields = {}) =>
    stream.write(
      `${JSON.stringify({ time: new Date().toISOString(), level, message, ...fields })}\n`,
    );
  return {
    info: (message, fields) => write("info", message, fields),
    error: (message, fields) => write("error", message, fields),
  };
}
