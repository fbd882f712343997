import type { Change } from "../../plan/comparison/change";
import type { StackReview } from "../../review/stack-review";
import type { Review } from "../../review/verdict";

/** A made-up change of a bucket's tag. */
export function change(name: string, given: Partial<Change> = {}): Change {
  return {
    urn: `urn:pulumi:prod::mini-xdr::aws:s3/bucket:Bucket::${name}`,
    type: "aws:s3/bucket:Bucket",
    name,
    kind: "changed",
    properties: [{ path: ["tags", name], before: name, after: `${name}!`, effect: "in place" }],
    replaced: "no",
    dragged: [],
    refused: false,
    kept: false,
    ...given,
  };
}

/** A made-up review of one stack. */
export function review(changes: Change[], given: Partial<StackReview> = {}): Review {
  const stack: StackReview = {
    stack: "prod",
    only: undefined,
    changes,
    objects: [],
    config: [],
    origins: {},
    violations: [],
    budgets: [],
    movedBudgets: [],
    movedModels: [],
    money: "± US$ 0.00 a month",
    lost: changes.filter(({ replaced }) => replaced !== "no"),
    ...given,
  };
  return {
    ref: "main",
    commit: "0123456789abcdef",
    stacks: [stack],
    guarded: [],
    judgedByCode: false,
  };
}

/** A review that has a text in every place that somebody else can write to. */
export function hostileReview(text: string): Review {
  const violation = {
    policy: text,
    enforcementLevel: "mandatory" as const,
    urn: text,
    message: text,
  };
  const dragged = [{ urn: text, by: text }];
  const made = review([change(text, { replaced: "yes", holds: text, dragged })], {
    stack: text,
    origins: { [change(text).urn]: text },
    violations: [violation],
    config: [{ path: [text], before: text, after: text }],
    budgets: [text],
    movedBudgets: [{ of: text, before: text, after: text }],
    objects: [
      { release: text, type: text, name: text, kind: "changed", properties: [], fails: [text] },
    ],
  });
  return { ...made, ref: text, guarded: [{ kind: "policies", files: [text] }] };
}
