import { hold, series, type Table } from "./case";

const labels = { certificate: "pgbouncer" };
const end = series("minixdr_certificate_expiry_timestamp_seconds", labels);
const day = 86_400;

/** Cases of an alert that fires so many days before the end. */
function before(days: number): Table["kinds"] {
  return {
    // Ten minutes after the start as much is left exactly.
    fires: {
      series: { [end]: hold([150, days * day + 600]) },
      quiet: ["10m", "70m"],
      fires: ["70m30s", "149m"],
    },
    below: { series: { [end]: hold([150, days * day + 9001]) }, quiet: ["70m", "149m"] },
    resolves: {
      series: { [end]: hold([90, days * day - 600], [30, 365 * day]) },
      fires: ["60m", "89m"],
      quiet: ["90m", "119m"],
    },
    nan: { series: { [end]: hold([90, "NaN"]) }, quiet: ["61m", "89m"] },
    absent: { series: {}, quiet: ["61m"] },
    // Each Prometheus records it by itself, so pods do not matter; a new certificate has its name.
    churn: {
      series: {
        [end]: hold([90, 365 * day]),
        [series("minixdr_certificate_expiry_timestamp_seconds", { certificate: "other" })]: hold([
          90, 60,
        ]),
      },
      fires: ["60m", "89m"],
      with: [{ certificate: "other" }],
    },
    born: {
      series: { [end]: hold([10, "_"], [80, 60]) },
      quiet: ["69m"],
      fires: ["70m", "89m"],
    },
  };
}

export const certificateExpiring: Table = {
  alert: "CertificateExpiring",
  labels,
  says: "It is valid for 29d 22h 59m 30s more.",
  kinds: before(30),
};

export const certificateAlmostExpired: Table = {
  alert: "CertificateAlmostExpired",
  labels,
  says: "It is valid for 6d 22h 59m 30s more; then its clients refuse it.",
  kinds: before(7),
};
