import { answers, quickAnswers, type Counted, type Events } from "./events";

/** A promise to users; how much of it is promised is the tier's. */
export interface Slo {
  /** Unique; label `slo` of all its series and alerts. */
  name: string;
  service: string;
  /** What a good event is, to go after "of the requests". */
  promise: string;
  events: Events;
  /** Whether its silence pages; one SLO of a service does it for all of them. */
  pagesSilence: boolean;
}

export function availability(service: string, counted: Counted): Slo {
  return {
    name: `${service}-availability`,
    service,
    promise: "answered without a server error",
    events: answers(counted),
    pagesSilence: true,
  };
}

export function latency(service: string, counted: Counted): Slo {
  return {
    name: `${service}-latency`,
    service,
    promise: "answered within a second",
    events: quickAnswers(counted),
    pagesSilence: false,
  };
}

const api: Counted = { job: "mini-xdr-backend", targetGroup: "backend", loadBalancerErrors: true };
const page: Counted = {
  job: "mini-xdr-frontend",
  targetGroup: "frontend",
  loadBalancerErrors: false,
};

/** All of them. */
export const slos: readonly Slo[] = [
  availability("api", api),
  latency("api", api),
  availability("page", page),
];
