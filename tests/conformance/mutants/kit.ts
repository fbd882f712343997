/* eslint-disable @typescript-eslint/no-explicit-any -- JSON of any shape, broken on purpose */
import type { Mutant, Passing } from "../mutated";

/** An image broken in one way, and the clauses that have to name it: the one meant comes first. */
export interface Broken {
  mutant: Mutant;
  names: string[];
}

export const ingest = ({ method, path }: Passing) => method === "POST" && path === "/api/events";
export const one = ({ path }: Passing) => /^\/api\/incidents\/[\da-f-]{36}$/.test(path);
export const listed = ({ path }: Passing) => /^\/api\/incidents(\?|$)/.test(path);
export const at = (path: string) => (passing: Passing) => passing.path === path;

/** Changes the answers to some requests. */
export function answers(
  which: (passing: Passing) => boolean,
  change: (answer: Passing, client: Passing) => void | Promise<void>,
): Mutant {
  return { answer: (answer, client) => (which(answer) ? change(answer, client) : undefined) };
}

/** Changes some requests on their way. */
export function requests(
  which: (passing: Passing) => boolean,
  change: (sent: Passing) => void | Promise<void>,
): Mutant {
  return { request: (sent) => (which(sent) ? change(sent) : undefined) };
}

/** Changes the JSON of some answers with this status. */
export function json(
  which: (passing: Passing) => boolean,
  change: (body: Record<string, any>) => void,
): Mutant {
  return answers(which, (answer) => {
    try {
      const body = JSON.parse(answer.body) as Record<string, unknown>;
      change(body);
      answer.body = JSON.stringify(body);
    } catch {
      // What is no JSON stays as it is.
    }
  });
}

/** Takes a header off an answer. */
export const dropped = (name: string) => (answer: Passing) =>
  void (answer.headers[name] = undefined);

/** Every mutant makes its own memory when it is asked for. */
export const memory = <T>(make: (seen: T[]) => Mutant): Mutant => make([]);

/** A body as JSON, if it is any. */
export function parsed(body: string): Record<string, any> | undefined {
  try {
    return JSON.parse(body) as Record<string, any>;
  } catch {
    return undefined;
  }
}
