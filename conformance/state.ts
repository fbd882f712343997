import { z } from "zod";
import type { Clause } from "./clause";
import { expectShape, expectStatus, seen } from "./target";
import { expect } from "./verdict";

/** The body of /api/state. */
export const State = z.object({
  mode: z.enum(["normal", "degraded", "read-only"]),
  reasons: z.array(z.string()),
  version: z.string(),
});

/** What the page asks for its banner. */
export const state: Clause[] = [
  {
    id: "state.shape",
    title: "GET /api/state answers 200 without a key: mode, reasons, version",
    async check({ target }) {
      const answer = await target.ask("/api/state", { apiKey: null });
      expectStatus(answer, 200, "GET /api/state", "serve it, without a key");
      expectShape(answer, State, "the state");
    },
  },
  {
    id: "state.normal",
    title: "The mode is normal, without reasons, where nothing is wrong",
    async check({ target }) {
      const answer = await target.ask("/api/state", { apiKey: null });
      const { mode, reasons } = (answer.json ?? {}) as Partial<z.infer<typeof State>>;
      expect(
        mode === "normal" && reasons?.length === 0,
        'the mode "normal" and no reasons',
        seen(answer),
        "leave a degraded mode once its reason is gone",
      );
    },
  },
];
