import { disagreements, readSchemas, withoutCounterpart } from "../replacement/cloudformation";
import { immutable } from "../replacement/kubernetes";
import { readAt, replacement } from "../replacement/table";
import type { TypeEffects } from "../replacement/effects";

/** The page of which change replaces what, as Markdown. */
export function replacementPage(): string {
  return `# Which change replaces what

<!-- Written by npm run docs from policies/replacement; a test compares it. -->

By the providers' own source (${Object.entries(readAt)
    .map(([name, version]) => `${name} ${version}`)
    .join(", ")}): what is ForceNew there, or
made so by a CustomizeDiff, is *replaced*; a condition that no plan can decide is *may*. **What is not
here may be replaced.** \`npm run preview -- --against REF\` reads this table, and so does the stand-in of
the providers in the rehearsal. A test fails for an input of what holds data or an address that is not
classified, and for another version of a provider: its source is then to be read again.

What is inside @pulumi/aws 7.48.0 is terraform-provider-aws with pulumi-aws's own patches. Its files were
read at revisions of 6.x up to 6.36, and \`rds/instance.go\` and \`rds/instance_automated_backups_replication.go\`
at older ones, as no later ones could be had. Types without a line here were not read.

${Object.entries(replacement)
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([type, effects]) => section(type, effects))
  .join("\n")}
# What an upgrade by Helm cannot change

| type | fields |
| --- | --- |
${Object.entries(immutable)
  .map(([type, fields]) => `| \`${type}\` | ${fields.map((field) => `\`${field}\``).join(", ")} |`)
  .join("\n")}

# Where CloudFormation says otherwise

Whoever knows CloudFormation expects other replacements than the provider makes. The table above follows the
provider, as it is what acts. Source: ${readSchemas}: \`createOnlyProperties\` are replaced there,
\`conditionalCreateOnlyProperties\` may be, and what the schema has beside them is said to change in place,
although CloudFormation refuses the change of a key's \`KeySpec\`, \`KeyUsage\` and \`MultiRegion\` (Template
Reference, AWS::KMS::Key).
What the schemas do not tell, and nobody has read in AWS's pages: which changes in place interrupt. Not
compared: ${withoutCounterpart.map((type) => `\`${type}\``).join(" and ")}, which CloudFormation has as properties of other types.

| type | property | the provider | CloudFormation |
| --- | --- | --- | --- |
${disagreements(replacement)
  .map(
    ({ type, property, ours, theirs }) => `| \`${type}\` | \`${property}\` | ${ours} | ${theirs} |`,
  )
  .join("\n")}
`;
}

function section(type: string, effects: TypeEffects): string {
  const { holds, source, replace, inPlace, may = {} } = effects;
  const names = (list: string[]) => list.map((name) => `\`${name}\``).join(", ") || "nothing";
  const conditions = Object.entries(may).map(([name, { says }]) => `\`${name}\` if ${says}`);
  return `## ${type}

${holds ? `Takes along ${holds}. ` : ""}Source: ${source}.

- Replaced for: ${names(replace)}.
- May be: ${conditions.join("; ") || "nothing"}.
- In place: ${names(inPlace)}.
`;
}
