import type { Inventory } from "./evidence";
import type { Figure } from "./figure";
import { tiers, type Backup } from "./manifest";
import { byTime, covered, isGood, isRestorable, isVerified, kept } from "./retention";

/**
 * What signed evidence says about the vault. `restorable` is held against `promised`, which counts
 * every backup that any signed manifest has seen: what was deleted since lowers the one alone.
 *
 * @param tagged names of backups that the lifecycle will delete
 */
export function evidenceFigures(inventory: Inventory, tagged: Set<string>, now: number): Figure[] {
  return [
    ...promiseFigures(inventory, tagged),
    ...newestFigures([...inventory.backups].sort(byTime), now),
  ];
}

function promiseFigures({ backups, refused, objects }: Inventory, tagged: Set<string>): Figure[] {
  const listed = new Set(objects.map(({ key }) => key));
  const whole = backups.filter(({ manifest }) => listed.has(manifest.dump.key));
  const ever = [...new Set(backups.flatMap(({ manifest }) => [manifest.id, ...manifest.present]))];
  const there = new Set(idsOf(whole));
  const promise = [...kept(ever)];
  const restorable = idsOf(whole.filter(isRestorable)).filter((id) => !tagged.has(id));
  const below = tiers.map((tier) => covered(ever, tier) - covered(restorable, tier));
  const sum = below.reduce((total, missing) => total + Math.max(0, missing), 0);
  return [
    figure(
      "count",
      "Complete backups that nothing has shown to be bad.",
      backups.filter(isGood).length,
    ),
    ...tiers.flatMap((tier) => [
      figure(
        "restorable",
        "Days, weeks or months of the promise that have a backup which restores, as far as is known.",
        covered(restorable, tier),
        { labels: { tier } },
      ),
      figure(
        "promised",
        "Days, weeks or months that the promise asks for: as many as ever had a backup, at most 7, 4 and 6.",
        covered(ever, tier),
        { labels: { tier } },
      ),
    ]),
    figure("below_promise", "Promised days, weeks and months that have none.", sum, {
      cloudWatch: "BackupsBelowPromise",
    }),
    figure("refused", "Manifests and verifications that do not count.", refused.length, {
      cloudWatch: "BackupsRefused",
    }),
    figure(
      "vanished",
      "Backups that a signed manifest has seen, that the promise needs, and that are gone.",
      promise.filter((id) => !there.has(id)).length,
      { cloudWatch: "BackupsVanished" },
    ),
    figure(
      "tagged_out_of_turn",
      "Backups that the promise needs, and that the lifecycle will delete.",
      promise.filter((id) => tagged.has(id)).length,
      { cloudWatch: "BackupsTaggedOutOfTurn" },
    ),
  ];
}

/** @param backups oldest first */
function newestFigures(backups: Backup[], now: number): Figure[] {
  const age = (iso: string) => (now - Date.parse(iso)) / 1000;
  const latest = backups.at(-1)?.manifest;
  const restorable = backups.filter(isRestorable);
  const newest = restorable.at(-1)?.manifest;
  const before = restorable.at(-2)?.manifest;
  const verified = backups.findLast(isVerified)?.manifest;
  const judged = backups.findLast(({ verification }) => verification)?.verification;
  return [
    ...(latest
      ? [
          figure(
            "large_objects",
            "Large objects that the newest dump leaves out.",
            latest.largeObjects,
          ),
          figure(
            "lacking_tables",
            "Tables whose data the newest dump lacks.",
            latest.lacking.length,
          ),
        ]
      : []),
    ...(newest
      ? [
          figure(
            "newest_age_seconds",
            "Age of the newest backup's snapshot, of those that lack nothing.",
            age(newest.snapshotAt),
            { cloudWatch: "NewestBackupAgeSeconds" },
          ),
          figure("newest_bytes", "Size of the newest dump.", newest.dump.bytes, {
            cloudWatch: "NewestBackupBytes",
          }),
          figure("newest_duration_seconds", "Time that the newest dump took.", newest.seconds, {
            cloudWatch: "NewestBackupSeconds",
          }),
        ]
      : []),
    ...(newest && before
      ? [
          figure(
            "size_ratio",
            "Size of the newest dump over the one before.",
            newest.dump.bytes / before.dump.bytes,
          ),
        ]
      : []),
    ...(verified
      ? [
          figure(
            "verified_age_seconds",
            "Age of the newest verified backup's snapshot.",
            age(verified.snapshotAt),
            { cloudWatch: "VerifiedBackupAgeSeconds" },
          ),
        ]
      : []),
    ...(judged
      ? [
          figure(
            "settings_differ",
            "Settings that the last verification found changed.",
            judged.settingsDifferences.length,
          ),
        ]
      : []),
  ];
}

function figure(
  name: string,
  help: string,
  value: number,
  rest: Pick<Figure, "labels" | "cloudWatch"> = {},
): Figure {
  return { name: `minixdr_backup_${name}`, help, value, ...rest };
}

const idsOf = (backups: Backup[]) => backups.map(({ manifest }) => manifest.id);
