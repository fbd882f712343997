/** What a command printed while it ran, and its exit code. */
export interface Captured {
  code: number;
  output: string;
  errors: string;
}

/** Runs a command in this process and keeps what it prints from the test's own output. */
export async function captured(run: () => Promise<number>): Promise<Captured> {
  const output: string[] = [];
  const errors: string[] = [];
  const { log, error } = console;
  const { stdout, stderr } = process;
  const [writeOut, writeError] = [stdout.write, stderr.write];
  const keep = (lines: string[]) => ((text: string) => lines.push(String(text)) > 0) as never;
  Object.assign(console, { log: keep(output), error: keep(errors) });
  stdout.write = keep(output);
  stderr.write = keep(errors);
  try {
    const code = await run();
    return { code, output: output.join("\n"), errors: errors.join("\n") };
  } finally {
    Object.assign(console, { log, error });
    stdout.write = writeOut;
    stderr.write = writeError;
  }
}
