/** What the pack lets pass, and why: by the titles of the edits. */
export const passing: Record<string, string> = {
  "a week of recovery": "within the declared floor",
  "slow storage": "within the declared floor",
  "a third of the nodes at once": "disruption budgets hold what matters",
  "a restore as the role that reads": "which role a job has is not declared by job",
  "another Region's authorities": "what a certificate says is not read",
  "a pooler that knows no readers": "a secret's content is not seen",
  "the cache's token of somebody else": "a secret's content is not seen",
  "experiments that one alarm stops": "how many alarms stop one is not declared",
  "the application before its roles": "what waits for what is not declared",
  "releases that wait for nothing": "what waits for what is not declared",
  "target groups of another parent":
    "another name of a resource shows beside the base revision's only",
  "names that wait five seconds": "that a pod's resolver is tuned is not demanded",
  "no record of requests":
    "another rule records the same name, and what a record means is not read",
  "away from every other pod of the release": "a selector may be wider than the pods' own",
  "a watcher that looks once an hour": "code: the database laboratory runs it",
};
