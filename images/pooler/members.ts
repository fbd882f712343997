/** Most members that are asked; a Multi-AZ DB cluster has three. */
const most = 9;

const hostName = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$/;

/**
 * The endpoints to ask: those that most of the members agree on, else those that are asked. What the
 * database says becomes a line of PgBouncer's configuration, so a name must be one, and of the same
 * domain as those of the plan.
 *
 * @param asked the endpoints that are asked, at first those of the plan
 * @param told what each member that answered says
 */
export function members(asked: readonly string[], told: readonly string[][]): string[] {
  const domain = domainOf(asked[0] ?? "");
  const sound = told
    .map((endpoints) => [...new Set(endpoints.map((endpoint) => endpoint.toLowerCase()))].sort())
    .filter((endpoints) => endpoints.length >= 2 && endpoints.length <= most)
    .filter((endpoints) => endpoints.every((endpoint) => hostName.test(endpoint)))
    .filter((endpoints) => endpoints.every((endpoint) => domainOf(endpoint) === domain));
  const votes = (list: string[]) => sound.filter((other) => `${other}` === `${list}`).length;
  return sound.find((list) => votes(list) > asked.length / 2) ?? [...asked];
}

const domainOf = (host: string) => host.slice(host.indexOf(".") + 1);
