/**
 * What a kubelet may ask: each is answered from within the pod, and from nothing else. `/health/ready`
 * is not among them: it asks the database and the cache, so their fault would take every pod out at once.
 */
export const ownPaths = /^\/(healthz|livez|readyz|api\/health|health\/(live|serving|startup)|)$/;

const ofThePodAlone = [
  ownPaths,
  // The pooler's own socket: it answers whether or not there is a database behind it.
  /^pg_isready( -[qthpUd]| \d+| 127\.0\.0\.1| \/var\/run\/pgbouncer| pgbouncer(_exporter)?)+$/,
  /^its port$/,
];

/** Whether the answer depends on the pod alone. */
export function isTolerated(question: string): boolean {
  return ofThePodAlone.some((one) => one.test(question));
}
