import type { Change } from "../plan/comparison/change";
import { inPicture } from "./escape";
import { byGravity, kindOf } from "./values";

/** Resources in a picture: more are not read. */
const most = 30;

/** The colours of what goes, may go, comes and changes. */
export const classes = [
  "  classDef gone fill:#f8d7da,stroke:#842029,color:#000",
  "  classDef perhaps fill:#fff3cd,stroke:#997404,color:#000",
  "  classDef created fill:#d1e7dd,stroke:#0f5132,color:#000",
  "  classDef changed fill:#e2e3e5,stroke:#41464b,color:#000",
];

/** The changed part of a stack as a Mermaid picture: what goes, what comes, and what takes what along. */
export function picture(changes: Change[]): string[] {
  const drawn = byGravity(changes).slice(0, most);
  if (drawn.length === 0) return [];
  const idOf = new Map(drawn.map(({ urn }, index) => [urn, `r${index}`]));
  const left = changes.length - drawn.length;
  return [
    "```mermaid",
    "flowchart LR",
    ...drawn.map((change) => {
      const label = `${kindOf(change.type)} ${change.name}`;
      return `  ${idOf.get(change.urn)}["${inPicture(label)}"]:::${styleOf(change)}`;
    }),
    ...drawn.flatMap((change) =>
      change.dragged.flatMap(({ urn, by }) => {
        const from = idOf.get(urn);
        return from ? [`  ${from} -->|"${inPicture(by)}"| ${idOf.get(change.urn)}`] : [];
      }),
    ),
    ...(left > 0 ? [`  more["and ${left} more"]`] : []),
    ...classes,
    "```",
  ];
}

function styleOf({ kind, replaced }: Change): string {
  if (replaced === "yes" || kind === "deleted") return "gone";
  if (replaced === "may") return "perhaps";
  return kind;
}
