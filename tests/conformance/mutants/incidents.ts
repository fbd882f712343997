import type { Mutant, Passing } from "../mutated";
import {
  type Broken,
  answers,
  dropped,
  ingest,
  json,
  listed,
  memory,
  one,
  parsed,
  requests,
} from "./kit";

/** Bodies of incidents that anybody read, for the images that show them to everybody. */
function remembered(): { see: Mutant["answer"]; bodies: Map<string, Passing> } {
  const bodies = new Map<string, Passing>();
  const see = (answer: Passing) => {
    if (one(answer) && answer.status === 200) bodies.set(answer.path, { ...answer });
  };
  return { see, bodies };
}

const foreign = remembered();

/** Images with a fault in how it gives incidents out, each with the clauses that say so. */
export const incidentsMutants: Record<string, Broken> = {
  "incidents that are not listed": {
    mutant: json(listed, (body) => (body.incidents = body.incidents?.slice(0, 0))),
    names: ["incidents.list", "incidents.pages", "incidents.filter"],
  },
  "pages without an end": {
    mutant: requests(listed, (sent) => {
      sent.path = sent.path.replace(/cursor=[^&]+/, "");
    }),
    names: ["incidents.pages"],
  },
  "filters that are ignored": {
    mutant: requests(listed, (sent) => {
      sent.path = sent.path.replace(/[?&](status|severity)=\w+/g, "");
    }),
    names: ["incidents.filter"],
  },
  "200 and nothing for an unknown id": {
    mutant: answers(one, (answer) => {
      if (answer.method === "GET" && answer.status === 404)
        Object.assign(answer, { status: 200, body: "null" });
    }),
    names: ["incidents.unknown", "incidents.tenant-read"],
  },
  "incidents without a key": {
    mutant: answers(
      (answer) => (one(answer) || listed(answer)) && answer.status === 401,
      (answer) => void Object.assign(answer, { status: 200, body: '{"incidents":[],"next":null}' }),
    ),
    names: ["incidents.unauthorised"],
  },
  "no ETag": {
    mutant: answers((answer) => one(answer) && answer.method === "GET", dropped("etag")),
    names: ["incidents.etag"],
  },
  "If-None-Match ignored": {
    mutant: requests(one, ({ headers }) => void delete headers["if-none-match"]),
    names: ["incidents.not-modified"],
  },
  "If-Match optional": {
    mutant: requests(one, async (sent) => {
      if (sent.method === "PATCH") sent.headers["if-match"] ??= "*";
    }),
    names: ["incidents.unconditional"],
  },
  "If-Match ignored": {
    mutant: requests(one, ({ method, headers }) => {
      if (method === "PATCH" && headers["if-match"]) headers["if-match"] = "*";
    }),
    names: ["incidents.outdated", "incidents.one-editor"],
  },
  "an ETag that never changes": {
    mutant: {
      request: ({ headers }) => void (headers["if-match"] &&= "*"),
      answer: (answer) =>
        void (one(answer) && answer.headers.etag && (answer.headers.etag = '"1"')),
    },
    names: ["incidents.update", "incidents.outdated", "incidents.one-editor"],
  },
  "another organization's incident shown": {
    mutant: answers(one, (answer) => {
      void foreign.see!(answer, answer);
      const leak = foreign.bodies.get(answer.path);
      if (answer.method === "GET" && answer.status === 404 && leak)
        Object.assign(answer, { status: 200, body: leak.body });
    }),
    names: ["incidents.tenant-read"],
  },
  "another organization's incident told apart from none": {
    mutant: answers(one, (answer) => {
      void foreign.see!(answer, answer);
      if (answer.method === "PATCH" && answer.status === 404 && foreign.bodies.has(answer.path))
        answer.status = 403;
    }),
    names: ["incidents.tenant-update"],
  },
  "everybody's incidents listed": {
    mutant: memory<string>((ids) =>
      answers(
        () => true,
        (answer) => {
          const body = parsed(answer.body);
          if (ingest(answer)) ids.push(...((body?.incidents as string[] | undefined) ?? []));
          if (
            !listed(answer) ||
            /status|severity/.test(answer.path) ||
            /limit=1(&|$)/.test(answer.path)
          )
            return;
          const others = ids.map((id) => ({ id, status: "open", severity: "high" }));
          body?.incidents?.push(...others);
          answer.body = JSON.stringify(body);
        },
      ),
    ),
    names: ["incidents.tenant-list"],
  },
  "reads that do not say where from": {
    mutant: answers((answer) => one(answer) || listed(answer), dropped("x-cache")),
    names: ["incidents.cache-marked", "incidents.cached"],
  },
  "reads without an age": {
    mutant: answers((answer) => one(answer) || listed(answer), dropped("age")),
    names: ["incidents.age"],
  },
  "no cache": {
    mutant: answers(one, ({ headers }) => void (headers["x-cache"] &&= "miss")),
    names: ["incidents.cached"],
  },
};
