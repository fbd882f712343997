import { Resolver } from "node:dns/promises";
import type { Check, Finding } from "./check";
import type { Needs } from "./needs";
import { Refused, type Ask } from "./question";

/** Names of the servers that the world asks for a zone. Rejects when it knows none. */
export type NameServersOf = (zone: string) => Promise<string[]>;

/** As this machine's resolver finds them. */
export const nameServersOf: NameServersOf = (zone) =>
  new Resolver({ timeout: 3000, tries: 2 }).resolveNs(zone);

/**
 * Whether the stack's name can be written and will be found. A certificate is validated through this
 * zone: one that nobody is led to keeps `up` waiting for 75 minutes (pulumi-aws,
 * CertificateValidation, its create time-out).
 */
export function domainChecks(needs: Needs, lookUp: NameServersOf): Check[] {
  const { name, hostedZoneId } = needs.domain;
  return [
    {
      id: "domain.zone",
      claim: `${hostedZoneId} is a public hosted zone for ${name}, and the world is led to it`,
      find: (ask) => zone(needs, lookUp, ask),
    },
  ];
}

interface HostedZone {
  HostedZone: { Name: string; Config?: { PrivateZone?: boolean } };
  DelegationSet?: { NameServers: string[] };
}

async function zone(
  { domain: { name, hostedZoneId } }: Needs,
  lookUp: NameServersOf,
  ask: Ask,
): Promise<Finding> {
  const key = `mini-xdr:domain.hostedZoneId: ${hostedZoneId}`;
  const found = await ask<HostedZone>({
    service: "route53",
    operation: "get-hosted-zone",
    input: { Id: hostedZoneId },
  }).catch((error: unknown) => {
    if (error instanceof Refused && error.code === "NoSuchHostedZone") return undefined;
    throw error;
  });
  if (!found)
    return {
      problems: [
        `${key}: this account has no such hosted zone; aws route53 list-hosted-zones shows those it has`,
      ],
    };
  const { HostedZone, DelegationSet } = found;
  const zoneName = HostedZone.Name.replace(/\.$/, "");
  const problems: string[] = [];
  if (HostedZone.Config?.PrivateZone)
    problems.push(`${key}: it is private: nobody outside would find ${name}; name a public one`);
  if (name !== zoneName && !name.endsWith(`.${zoneName}`))
    problems.push(
      `mini-xdr:domain.name: ${name} is not in the zone ${zoneName} of ${hostedZoneId}; correct one of them`,
    );
  if (!HostedZone.Config?.PrivateZone)
    problems.push(...(await delegation(key, zoneName, DelegationSet?.NameServers ?? [], lookUp)));
  return { problems };
}

async function delegation(
  key: string,
  zoneName: string,
  own: string[],
  lookUp: NameServersOf,
): Promise<string[]> {
  const remedy = `write an NS record of ${zoneName} with ${own.join(", ")} at its parent or registrar`;
  let asked: string[];
  try {
    asked = (await lookUp(zoneName)).map(bare);
  } catch (error) {
    const { code = "no answer" } = error as NodeJS.ErrnoException;
    return [`${key}: nothing leads to ${zoneName} (${code}); ${remedy}`];
  }
  if (own.map(bare).every((server) => asked.includes(server))) return [];
  return [`${key}: ${zoneName} is led to ${asked.join(", ")}; ${remedy}`];
}

function bare(server: string): string {
  return server.toLowerCase().replace(/\.$/, "");
}
