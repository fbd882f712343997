/** Bad input: one line that names key, value and remedy; exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Proof that a backup is not what was dumped; it never counts again. */
export class BadBackup extends Error {
  override readonly name = "BadBackup";
}
