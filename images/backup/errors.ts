/** Bad input: one line that names key, value and remedy; exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Proof that a backup is not what was dumped; it never counts again. */
export class BadBackup extends Error {
  override readonly name = "BadBackup";
}

/** Evidence that does not count, and why; the rest of the vault's does. */
export class Untrusted extends Error {
  override readonly name: string = "Untrusted";
}

/** Not even a signed envelope: as everything before the signatures was. */
export class NotSigned extends Untrusted {
  override readonly name = "NotSigned";
}
