/**
 * What the sidecar of images/pooler allows itself, in seconds. A test holds these to the program's own
 * constants, as nothing in a plan says them.
 */
export const follower = {
  /** Between two questions to an instance. */
  ask: 0.1,
  /** Age above which an answer counts no more, counted from the question. */
  fresh: 0.6,
  /** Within which PgBouncer has to obey a command; beyond it the lease is not signed. */
  obey: 1,
  /** From the last signature to the names, in which the shell sidecar looks three times. */
  lease: 3,
  /** Without a majority of answers, or with a writer that nobody follows, until the name decides. */
  unsure: 3,
};

/** Name of its container in the pooler's pods. */
export const followerContainer = "topology";
