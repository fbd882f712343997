/** What the pack lets pass, and why: by the titles of the edits. */
export const passing: Record<string, string> = {
  "a week of recovery": "within the declared floor",
  "slow storage": "within the declared floor",
  "a third of the nodes at once": "disruption budgets hold what matters",
  "another Region's authorities": "what a certificate says is not read",
  "a pooler that knows no readers": "a secret's content is not seen",
  "the cache's token of somebody else": "a secret's content is not seen",
  "target groups of another parent":
    "another name of a resource shows beside the base revision's only",
  "a watcher that looks once an hour": "code: the database laboratory runs it",
};
