import { asked } from "../rules/selectors";

/** Pieces of PromQL that more than one panel needs. */

/** Matcher of the application's namespace. */
export const app = 'namespace="mini-xdr"';

/** How fast a counter rises, a second, over Grafana's own choice of window. */
export function rate(selector: string): string {
  return `rate(${selector}[$__rate_interval])`;
}

/** Requests of users, a second. @param by a label @param more matchers that begin with a comma */
export function requests(by: string, more = ""): string {
  return `sum by (${by}) (${rate(`http_requests_total{${asked}${more}}`)})`;
}

/** Share of the requests of users that were answered with a 5xx; 0 where none was. */
export function errorShare(by: string): string {
  return `(${requests(by, ',status=~"5.."')} or 0 * ${requests(by)}) / ${requests(by)}`;
}

/** A quantile of a histogram's durations, of all its series together. @param by a label, or none */
export function quantile(q: number, histogram: string, by = ""): string {
  const labels = by ? `${by}, le` : "le";
  return `histogram_quantile(${q}, sum by (${labels}) (${rate(histogram)}))`;
}

/** Alerts that fire now. @param more matchers that begin with a comma */
export function firing(more = ""): string {
  return `ALERTS{alertstate="firing",severity=~"critical|warning"${more}}`;
}
