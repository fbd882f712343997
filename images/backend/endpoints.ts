import type { FastifyInstance } from "fastify";

/** One resource, and what may be done with it. */
export interface Endpoint {
  /** As the route has it: `/api/incidents/:id`. */
  route: string;
  pattern: RegExp;
  methods: Set<string>;
}

/** The routes by their paths: for answers that no route gives, and for labels that clients cannot invent. */
export class Endpoints {
  private readonly all = new Map<string, Endpoint>();

  /** Collects every route that is added from now on. */
  watch(app: FastifyInstance): void {
    app.addHook("onRoute", ({ url, method }) => {
      const pattern = new RegExp(`^${url.replaceAll(/:[^/]+/g, "[^/]+")}(\\?|$)`);
      const known = this.all.get(url) ?? { route: url, pattern, methods: new Set() };
      this.all.set(url, known);
      for (const one of [method].flat()) known.methods.add(one);
    });
  }

  /** The resource behind a request's URL. A fixed path is found before a parametric one. */
  find(url: string): Endpoint | undefined {
    const path = url.split("?", 1)[0]!;
    return this.all.get(path) ?? [...this.all.values()].find(({ pattern }) => pattern.test(url));
  }
}
