/**
 * The beat: an alert that always fires is sent on to a dead man's switch again and again. When it no
 * longer arrives, rules are not evaluated, not sent on, or not delivered: alerting itself is dead.
 * All in seconds.
 */
export const beat = {
  /** Alertmanager looks at the Watchdog this often, and nothing comes more often than it looks. */
  look: 10,
  /**
   * A beat is due after this long. Below a multiple of `look`: at the multiple itself the last
   * beat, sent a moment after its tick, would count as too new and be left out.
   */
  due: 15,
  /** So a beat comes every two looks. */
  every: 20,
  /** How long an Alertmanager waits for the one before it: `--cluster.peer-timeout`'s default. */
  turn: 15,
  /** Prometheus repeats an alert that fires to every Alertmanager this often; its default is 60. */
  resend: 10,
  /** Interval of the rule group that holds the Watchdog. */
  evaluation: 10,
  /**
   * What the dead man's switch is set to: longer than a beat that another Alertmanager takes over.
   * One that cannot be set below 120 has a dead Prometheus noticed within three minutes still.
   */
  switchWaits: 90,
};

/** How long Alertmanager believes what a Prometheus said that has died since. */
export const believed = 4 * Math.max(beat.resend, beat.evaluation);

/**
 * The longest time until the switch trips after the last Prometheus has died: what it said last is
 * believed, the second Alertmanager sends that on after its turn, and the switch waits for another.
 */
export const secondsToTrip = believed + beat.turn + beat.switchWaits;
