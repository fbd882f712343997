import { type Broken, answers, at } from "./kit";

/** Images with a fault in its stream, each with the clauses that say so. */
export const streamMutants: Record<string, Broken> = {
  "a stream of another type": {
    mutant: answers(at("/api/incidents/stream"), (answer) => {
      if (answer.status === 200) answer.headers["content-type"] = "application/json";
    }),
    names: ["stream.type"],
  },
  "a stream without incidents": {
    mutant: { stream: (text) => text.replaceAll("event: incident", "event: message") },
    names: ["stream.incident"],
  },
  "a stream that needs no key": {
    mutant: answers(at("/api/incidents/stream"), (answer) => {
      if (answer.status === 401) answer.status = 200;
    }),
    names: ["stream.unauthorised"],
  },
};
