/** Most members that are asked; a Multi-AZ DB cluster has three. */
const most = 9;

const hostName = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$/;

/**
 * The endpoints to ask: those that members agree on, else the planned ones. What the database says
 * becomes a line of PgBouncer's configuration, so a name must be one, and of the plan's own domain.
 *
 * @param told what each member that answered says
 */
export function members(planned: readonly string[], told: readonly string[][]): string[] {
  const domain = domainOf(planned[0] ?? "");
  const sound = told
    .map((endpoints) => [...new Set(endpoints.map((endpoint) => endpoint.toLowerCase()))].sort())
    .filter((endpoints) => endpoints.length >= 2 && endpoints.length <= most)
    .filter((endpoints) => endpoints.every((endpoint) => hostName.test(endpoint)))
    .filter((endpoints) => endpoints.every((endpoint) => domainOf(endpoint) === domain));
  const votes = (list: string[]) => sound.filter((other) => `${other}` === `${list}`).length;
  const agreed = sound.find((list) => votes(list) > planned.length / 2);
  return agreed ?? [...planned];
}

const domainOf = (host: string) => host.slice(host.indexOf(".") + 1);
