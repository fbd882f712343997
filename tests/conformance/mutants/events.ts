import { randomUUID } from "node:crypto";
import { type Broken, answers, dropped, ingest, json, memory, parsed, requests } from "./kit";

/** Images with a fault in how it takes events in, each with the clauses that say so. */
export const eventsMutants: Record<string, Broken> = {
  "200 in place of 201": {
    mutant: answers(
      ingest,
      (answer) => void (answer.status = answer.status === 201 ? 200 : answer.status),
    ),
    names: ["events.accepted"],
  },
  "one event alone refused": {
    mutant: answers(ingest, (answer, client) => {
      if (!client.body.includes('"events":') && answer.status === 201) answer.status = 400;
    }),
    names: ["events.single"],
  },
  "batches without a bound": {
    mutant: requests(ingest, (sent) => {
      const body = parsed(sent.body);
      if ((body?.events?.length ?? 0) > 500)
        sent.body = JSON.stringify({ events: body!.events.slice(0, 500) });
    }),
    names: ["events.largest"],
  },
  "no detection": {
    mutant: json(ingest, (body) => body.incidents && (body.incidents = [])),
    names: ["events.incident"],
  },
  "a duplicate stored twice": {
    mutant: requests(ingest, ({ headers }) => {
      if (headers["idempotency-key"]) headers["idempotency-key"] = randomUUID();
    }),
    names: [
      "events.replay",
      "events.replay-marked",
      "events.other-body",
      "events.concurrent",
      "events.running",
      "events.key",
      "metrics.events-counted",
    ],
  },
  "a repeated answer that is not marked": {
    mutant: answers(ingest, dropped("idempotency-replayed")),
    names: ["events.replay-marked"],
  },
  "a repeated answer with other ids": {
    mutant: answers(ingest, (answer) => {
      if (answer.headers["idempotency-replayed"])
        answer.body = answer.body.replaceAll(/"id":"[^"]+"/g, () => `"id":"${randomUUID()}"`);
    }),
    names: ["events.replay", "events.concurrent"],
  },
  "a used key that takes another body": {
    mutant: answers(
      ingest,
      (answer) => void (answer.status = answer.status === 422 ? 201 : answer.status),
    ),
    names: ["events.other-body"],
  },
  "409 without Retry-After": {
    mutant: answers(({ status }) => status === 409, dropped("retry-after")),
    names: ["events.running"],
  },
  "a key that is optional": {
    mutant: requests(ingest, ({ headers }) => void (headers["idempotency-key"] ??= randomUUID())),
    names: ["events.key"],
  },
  "events that nobody checks": {
    mutant: requests(ingest, (sent) => {
      const body = parsed(sent.body);
      if (body && !body.events) sent.body = JSON.stringify({ time: Date.now(), ...body });
    }),
    names: ["events.malformed"],
  },
  "a refused batch that keeps its key": {
    mutant: memory<string>((keys) => ({
      answer(answer, client) {
        const key = client.headers["idempotency-key"] ?? "";
        if (!ingest(client)) return;
        if (answer.status === 400) keys.push(key);
        else if (keys.includes(key)) answer.status = 422;
      },
    })),
    names: ["events.refused"],
  },
  "no limit to a body": {
    mutant: answers(
      ingest,
      (answer) => void (answer.status = answer.status === 413 ? 400 : answer.status),
    ),
    names: ["events.too-large"],
  },
  "any media type": {
    mutant: requests(ingest, ({ headers }) => {
      if (headers["content-type"]) headers["content-type"] = "application/json";
    }),
    names: ["events.media-type"],
  },
  "403 in place of 401 to events": {
    mutant: answers(
      ingest,
      (answer) => void (answer.status = answer.status === 401 ? 403 : answer.status),
    ),
    names: ["events.unauthorised"],
  },
};
