import { tmpdir } from "node:os";
import { Command, InvalidArgumentError, Option } from "commander";
import { UsageError } from "./errors";
import { Evidence } from "./evidence";
import type { ScratchAddress } from "./scratch-client";
import type { ScratchPasswords } from "./scratch-server";
import { Vault } from "./vault";

/** What the commands are told, by option or variable. Each command has those that it wants. */
export interface Settings {
  bucket: string;
  kmsKey: string;
  stack: string;
  work: string;
  manifestKey: string;
  verificationKey: string;
  /** Restores from the vault of the stack whose place this one takes. */
  lost?: boolean;
  lostStackName?: string;
  lostBucket?: string;
  lostManifestKey?: string;
  lostVerificationKey?: string;
  scratchHost: string;
  scratchPort: number;
}

const named = (flags: string, description: string, variable: string) =>
  new Option(flags, description).env(variable);
const manifestKey = named("--manifest-key <arn>", "signs manifests", "MANIFEST_KEY");
const verificationKey = named(
  "--verification-key <arn>",
  "signs verifications",
  "VERIFICATION_KEY",
);
const scratchPort = named("--scratch-port <port>", "its port", "SCRATCH_PORT")
  .argParser(wholeNumber)
  .default(5432);

/** Groups of options that a command may want. */
const groups = {
  vault: [
    named("--bucket <name>", "the vault", "BACKUP_BUCKET"),
    named("--kms-key <arn>", "encrypts it", "BACKUP_KMS_KEY"),
    named("--stack <name>", "such as mini-xdr-prod", "STACK_NAME"),
  ],
  manifestKey: [manifestKey],
  evidence: [manifestKey, verificationKey],
  scratch: [named("--scratch-host <host>", "the server to restore on", "SCRATCH_HOST")],
};
/** Options that may be left out, of the same groups. */
const optional: Partial<Record<keyof typeof groups, Option[]>> = { scratch: [scratchPort] };
export type Wanted = keyof typeof groups;

/** Adds a command, which starts only when it has all that it wants. */
export function commandOf(
  program: Command,
  usage: string,
  description: string,
  ...wants: Wanted[]
): Command {
  const command = program.command(usage).description(description).allowExcessArguments(false);
  const wanted = wants.flatMap((want) => groups[want]);
  const all = [...wanted, ...wants.flatMap((want) => optional[want] ?? [])];
  for (const option of new Set(all)) command.addOption(option);
  command.addOption(named("--work <folder>", "for large files", "WORK_FOLDER").default(tmpdir()));
  return command.hook("preAction", () => {
    const missing = wanted.filter(
      (option) => command.getOptionValue(option.attributeName()) === undefined,
    );
    requireNone(
      missing.map(({ flags, envVar }) => `${flags}: not given; give it or set ${envVar}`),
    );
  });
}

/** Adds what a command needs to read the vault of a lost stack instead, in this Region's copy. */
export function withLost(command: Command): Command {
  const lost = (flags: string, description: string, variable: string) =>
    command.addOption(named(flags, description, variable));
  lost("--lost-stack-name <name>", "the stack whose place this one takes", "LOST_STACK_NAME");
  lost("--lost-bucket <name>", "its vault, or the copy of it", "LOST_BUCKET");
  lost("--lost-manifest-key <arn>", "signed its manifests", "LOST_MANIFEST_KEY");
  lost("--lost-verification-key <arn>", "signed its verifications", "LOST_VERIFICATION_KEY");
  return command.option("--lost", "restore from that vault", false);
}

/** The settings by which a lost stack's vault is read: its evidence counts, and nothing else does. */
export function settingsOfLost(settings: Settings): Settings {
  const { lostStackName, lostBucket, lostManifestKey, lostVerificationKey } = settings;
  if (!lostStackName || !lostBucket || !lostManifestKey || !lostVerificationKey)
    throw new UsageError(
      "--lost: this stack takes no other's place; set LOST_STACK_NAME, LOST_BUCKET, LOST_MANIFEST_KEY and LOST_VERIFICATION_KEY, or leave it out",
    );
  return {
    ...settings,
    stack: lostStackName,
    bucket: lostBucket,
    manifestKey: lostManifestKey,
    verificationKey: lostVerificationKey,
  };
}

export function vaultOf({ bucket, kmsKey }: Settings): Vault {
  return new Vault(bucket, kmsKey);
}

/** What counts: the evidence that this stack's keys have signed. */
export function evidenceOf(vault: Vault, settings: Settings): Evidence {
  const { stack, manifestKey, verificationKey } = settings;
  return new Evidence(vault, { stack, manifestKey, verificationKey });
}

export function scratchOf({ scratchHost, scratchPort }: Settings): ScratchAddress {
  return { host: scratchHost, port: scratchPort, passwords: scratchPasswords() };
}

/** Passwords come by variables alone: every process can read another's arguments. */
export function scratchPasswords(): ScratchPasswords {
  const { SCRATCH_OWNER_PASSWORD: owner, SCRATCH_RESTORER_PASSWORD: restorer } = process.env;
  requireNone([
    ...(owner ? [] : ["SCRATCH_OWNER_PASSWORD: not set; set it to the scratch server's secret"]),
    ...(restorer
      ? []
      : ["SCRATCH_RESTORER_PASSWORD: not set; set it to the scratch server's secret"]),
  ]);
  return { owner: owner!, restorer: restorer! };
}

/** An option that has to be given as a whole number. */
export function seconds(flags: string, variable: string): Option {
  return new Option(flags).env(variable).argParser(wholeNumber).makeOptionMandatory();
}

export function wholeNumber(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError("a whole number above 0 is wanted.");
  return Number(text);
}

export function time(text: string): Date {
  const parsed = new Date(text);
  if (Number.isNaN(parsed.getTime()) || !/(Z|[+-]\d\d:\d\d)$/.test(text))
    throw new InvalidArgumentError("a time with its zone is wanted, such as 2026-11-23T02:00:00Z.");
  return parsed;
}

function requireNone(problems: string[]): void {
  if (problems.length > 0) throw new UsageError(problems.join("; "));
}
