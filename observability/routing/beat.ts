/**
 * The beat: an alert that always fires is sent on to a dead man's switch again and again. When it no
 * longer arrives, rules are not evaluated, not sent on, or not delivered: alerting itself is dead.
 *
 * How long that takes at most, seconds: Alertmanager believes a silent Prometheus for four times
 * the longer of `resend` and the Watchdog group's interval, and the switch waits `switchWaits` after the
 * last beat. 4 × 15 + 90 = 150.
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
  /** Prometheus repeats an alert that fires to every Alertmanager this often; its default is 60. */
  resend: 15,
  /** Interval of the rule group that holds the Watchdog. */
  evaluation: 15,
  /** What the dead man's switch is set to: longer than a beat that another Alertmanager takes over. */
  switchWaits: 90,
};

/** The longest time until the switch trips after the last Prometheus has died, seconds. */
export const secondsToTrip = 4 * Math.max(beat.resend, beat.evaluation) + beat.switchWaits;
