/** What a rule of EventBridge has to hear of, and where. */
export interface WatchedChanges {
  /** Where CloudTrail tells of it. */
  where: "here" | "copy" | "us-east-1";
  /** Words that its pattern has to hold: services, operations, and beginnings of their names. */
  hears: string[];
}

const ofVault = [
  ...["kms", "s3", "cloudtrail", "events"].map((service) => `${service}.amazonaws.com`),
  ...["DisableKey", "ScheduleKeyDeletion", "DeleteImportedKeyMaterial", "PutKeyPolicy"],
  ...["DeleteBucket", "PutBucketPolicy", "PutBucketLifecycle", "PutBucketObjectLockConfiguration"],
  ...["PutBucketVersioning", "PutBucketReplication", "PutBucketEncryption"],
  ...["StopLogging", "DeleteTrail", "DisableRule", "DeleteRule", "RemoveTargets"],
];

/** By the end of its name: every rule of a stack that tells of changes to what protects the backups. */
export const watchedChanges: Record<string, WatchedChanges> = {
  "backups-touched": { where: "here", hears: ofVault },
  "backup-copies-touched": { where: "copy", hears: ofVault },
  "backup-rights-touched": {
    where: "us-east-1",
    hears: ["iam.amazonaws.com", "PutRolePolicy", "UpdateAssumeRolePolicy", "backup-identities-"],
  },
};
