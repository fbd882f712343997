// Loaded before the program of images/pooler in the drill `topology`: its time of day is seven minutes
// ahead or behind, and jumps from one to the other all the time. Monotonic time stays as it is. It leaves
// out what asks the kernel past JavaScript: TLS, for the dates of a certificate.
const Real = Date;
const off = 7 * 60_000; // ms
const now = () => Real.now() + (Math.floor(performance.now() / 250) % 2 ? off : -off);

globalThis.Date = class extends Real {
  constructor(...given) {
    super(...(given.length > 0 ? given : [now()]));
  }

  static now() {
    return now();
  }
};
