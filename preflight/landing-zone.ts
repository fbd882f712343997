import type { Check, Finding } from "./check";
import type { Needs } from "./needs";
import type { Ask } from "./question";

/**
 * What belongs to the account and not to a stack, and has to be there before one: a record of who
 * asked AWS for what, and somebody who looks at it. A second trail costs by every event, and a
 * detector is one an account and Region: a stack that made its own would take them along when it goes.
 */
export function landingZoneChecks(needs: Needs): Check[] {
  return [
    {
      id: "landing-zone.trail",
      claim: "CloudTrail records every Region of the account",
      find: trail,
    },
    {
      id: "landing-zone.detector",
      claim: `GuardDuty watches ${needs.region}`,
      find: (ask) => detector(needs, ask),
    },
  ];
}

interface Trail {
  TrailARN: string;
  IsMultiRegionTrail: boolean;
}

async function trail(ask: Ask): Promise<Finding> {
  const { trailList } = await ask<{ trailList: Trail[] }>({
    service: "cloudtrail",
    operation: "describe-trails",
  });
  const everywhere = trailList.filter(({ IsMultiRegionTrail }) => IsMultiRegionTrail);
  const recording = await Promise.all(
    everywhere.map(async ({ TrailARN }) => {
      const { IsLogging } = await ask<{ IsLogging: boolean }>({
        service: "cloudtrail",
        operation: "get-trail-status",
        input: { Name: TrailARN },
      });
      return IsLogging;
    }),
  );
  if (recording.includes(true)) return { problems: [] };
  const found = everywhere.map(({ TrailARN }) => `${TrailARN} does not record`);
  return {
    problems: [
      `CloudTrail: ${found.join(", ") || "no trail of every Region"}; the landing zone has to bring one: docs/landing-zone.md`,
    ],
  };
}

async function detector({ region }: Needs, ask: Ask): Promise<Finding> {
  const { DetectorIds } = await ask<{ DetectorIds: string[] }>({
    service: "guardduty",
    operation: "list-detectors",
  });
  const statuses = await Promise.all(
    DetectorIds.map(async (DetectorId) => {
      const input = { DetectorId };
      return (
        await ask<{ Status: string }>({ service: "guardduty", operation: "get-detector", input })
      ).Status;
    }),
  );
  if (statuses.includes("ENABLED")) return { problems: [] };
  return {
    problems: [
      `GuardDuty: ${statuses[0] ?? "no detector"} in ${region}; the landing zone has to bring one: docs/landing-zone.md`,
    ],
  };
}
