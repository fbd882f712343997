import type { Answered } from "../answers";

/** All that a picture shows. */
export interface Drawing {
  title: string;
  description: string;
  /** Seconds since 1970. */
  from: number;
  to: number;
  /** Which Prometheus answered. */
  source: string;
  panels: Answered[];
}
