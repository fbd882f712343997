import assert from "node:assert/strict";
import { readFile, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { readPrices } from "../../cost/prices";
import { loadProgram } from "../../plan/program";
import { guardedIn, tiersIn } from "../../review/guarded";
import { reviewMarkdown } from "../../review/markdown";
import { planned } from "../../review/planned";
import { revisionOf, type Revision } from "../../review/revision";
import { judgedByBase, reviewOf } from "../../review/stack-review";
import { reviewText } from "../../review/text";
import type { Review } from "../../review/verdict";
import { tool } from "../../tools";
import { ownCheckout } from "../support/command";
import { needTools } from "../support/need-tools";
import { root as project } from "../support/planned";
import { history, type Step } from "./history";

/** A made-up history: every change is planned, compared with what was before it, and put back. */
describe("what a reviewer is told of a change", function () {
  this.timeout(120_000);
  const checkout = ownCheckout();
  const bases = new Map<string, Revision>();
  let count = 0;

  before(async function () {
    await needTools(this, ["helm"]);
    // The pack renders changed values by the Helm that is on the PATH.
    process.env.PATH = `${path.dirname(await tool("helm"))}:${process.env.PATH}`;
    for (const stack of ["prod", "staging"]) bases.set(stack, await revision(stack));
  });
  after(() => process.chdir(project));

  /** The pack remembers what a release deploys by its folder: every step has one of its own. */
  async function revision(stack: string): Promise<Revision> {
    const root = path.join(checkout(), `.step-${count++}`);
    await symlink(checkout(), root);
    return revisionOf(root, await planned(root, stack, await loadProgram(root, false)));
  }

  async function reviewed({ edits, stack = "prod", title }: Step): Promise<Review> {
    const undo: (() => Promise<void>)[] = [];
    try {
      for (const [name, from, to] of edits) {
        const file = path.join(checkout(), name);
        if (from === undefined) {
          undo.unshift(() => rm(file));
          await writeFile(file, to);
          continue;
        }
        const text = await readFile(file, "utf8");
        const edited = text.replace(from, () => to);
        assert.notEqual(edited, text, `${title}: ${name} is not as the edit expects it`);
        undo.unshift(() => writeFile(file, text));
        await writeFile(file, edited);
      }
      const [base, head] = [bases.get(stack)!, await revision(stack)];
      const root = head.settings.root;
      const stacks = [
        reviewOf(
          { stack, base, head },
          {
            root,
            prices: readPrices(checkout()),
            violations: judgedByBase({ stack, base, head }, root),
            allowed: [],
          },
        ),
      ];
      const files = edits.map(([name]) => ({ how: "M", path: name }));
      return {
        ref: "main",
        commit: "0123456789ab",
        stacks,
        guarded: [...guardedIn(files), ...tiersIn(stacks)],
        judgedByCode: false,
      };
    } finally {
      for (const undone of undo) await undone();
    }
  }

  it("is made up of at least 25 changes", () => assert.ok(history.length >= 25));

  for (const step of history)
    it(`${step.title}: ${step.loses ? "something goes" : "nothing goes"}`, async () => {
      const review = await reviewed(step);
      const text = reviewText(review);
      if (process.env.SHOW) console.log(text);
      for (const said of step.says) assert.match(text, said);
      for (const spared of step.never ?? []) assert.doesNotMatch(text, spared);
      assert.equal(review.stacks[0]!.lost.length > 0, step.loses, text);
      assert.equal(reviewMarkdown(review), reviewMarkdown(structuredClone(review)));
    });
});
