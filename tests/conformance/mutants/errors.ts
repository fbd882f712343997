import { type Broken, answers, json } from "./kit";

/** Images with a fault in its refusals, each with the clauses that say so. */
export const errorsMutants: Record<string, Broken> = {
  "errors as HTML": {
    mutant: answers(
      ({ status }) => status >= 400,
      ({ headers }) => void (headers["content-type"] = "text/html"),
    ),
    names: ["errors.type"],
  },
  "problems with another status": {
    mutant: json(
      ({ status }) => status >= 400,
      (body) => (body.status = 500),
    ),
    names: ["errors.problem"],
  },
  "errors with a stack trace": {
    mutant: json(
      ({ status }) => status === 400,
      (body) => (body.detail = "Error: no\n    at parse (/app/backend.cjs:10:5)"),
    ),
    names: ["errors.no-inside"],
  },
};
