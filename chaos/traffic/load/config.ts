/** One kind of request of a mix. */
export interface RequestKind {
  name: string;
  /** Its share among the kinds' weights. */
  weight: number;
  method: string;
  /** In path, headers and body `{key}` becomes a key of this request's own, `{now}` the time in ms. */
  path: string;
  headers?: Record<string, string>;
  body?: string;
  /** Milliseconds after which one try has failed. */
  timeout: number;
  /**
   * Milliseconds after which it is tried a second time, on a new connection and with the same key,
   * when the first try had no whole answer or a 502, 503 or 504; default: never. Only for what is
   * idempotent. At once may meet the same dead target: its refusals keep it the one with the fewest
   * open requests.
   */
  retryAfter?: number;
  /** For the ledger: the organization that the key is written for, and the rows that it makes. */
  writes?: { organization: string; rows: number };
}

/** What a generator sends, and when it gives up. */
export interface LoadConfig {
  /** Origin of the load balancer, such as `http://192.0.2.10:80`. */
  url: string;
  /** Arrivals a second, at equal distances, whether or not earlier ones are answered. */
  rate: number;
  /** `new`: a connection for each request; `keep-alive`: kept ones, as many as are needed at once. */
  connections: "new" | "keep-alive";
  kinds: RequestKind[];
  /** Its own address; default: the system's. */
  localAddress?: string;
  /** Gives up when more than this share of the latest 200 requests has failed; default: never. */
  abortShare?: number;
}
