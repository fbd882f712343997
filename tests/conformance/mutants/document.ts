/* eslint-disable @typescript-eslint/no-explicit-any -- JSON of any shape, broken on purpose */
import { type Broken, at, json } from "./kit";

const document = (change: (body: Record<string, any>) => void) =>
  json(at("/api/openapi.json"), change);
const everyAnswer = (body: Record<string, any>, change: (answer: any, status: string) => void) => {
  for (const path of Object.values(body.paths as object))
    for (const operation of Object.values(path as object))
      for (const [status, answer] of Object.entries(operation.responses as object))
        change(answer, status);
};

/** Images with a fault in its OpenAPI document, each with the clauses that say so. */
export const documentMutants: Record<string, Broken> = {
  "an OpenAPI 3.0 document": {
    mutant: document((body) => (body.openapi = "3.0.3")),
    names: ["document.version"],
  },
  "an operation that the document lacks": {
    mutant: document((body) => delete body.paths["/api/state"]),
    names: ["document.operations"],
  },
  "429 undocumented": {
    mutant: document((body) => {
      for (const path of Object.values(body.paths as Record<string, any>))
        for (const operation of Object.values(path as Record<string, any>))
          delete operation.responses["429"];
    }),
    names: ["document.responses"],
  },
  "errors documented as plain JSON": {
    mutant: document((body) =>
      everyAnswer(body, (answer, status) => {
        if (status < "400") return;
        answer.content = { "application/json": answer.content?.["application/problem+json"] };
      }),
    ),
    names: ["document.problems"],
  },
  "Retry-After undocumented": {
    mutant: document((body) => everyAnswer(body, (answer) => delete answer.headers)),
    names: ["document.retry-after"],
  },
  "Idempotency-Key undocumented": {
    mutant: document((body) => {
      const post = body.paths["/api/events"].post;
      post.parameters = post.parameters.filter((one: any) => !/idempotency/i.test(one.name));
    }),
    names: ["document.headers"],
  },
  "an API key undocumented": {
    mutant: document((body) => (body.components.securitySchemes = {})),
    names: ["document.security"],
  },
};
