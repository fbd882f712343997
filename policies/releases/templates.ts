import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { load } from "js-yaml";
import { declaredFunctions, declaredParts, declaredRelease } from "../declared/templates";

/**
 * What keeps a chart of ours from deploying elsewhere what it renders here: an installation and an
 * upgrade, with a cluster to look things up in and without, today and tomorrow. A clause each.
 */
export function hiddenIn(root: string, chart: string): string[] {
  const folder = join(root, chart);
  if (!existsSync(join(folder, "Chart.yaml"))) return [`${chart} has no Chart.yaml`];
  const parts = readdirSync(folder).filter((part) => !declaredParts.includes(part));
  const about = load(readFileSync(join(folder, "Chart.yaml"), "utf8")) as Record<string, unknown>;
  return [
    ...parts.map((part) => `${chart}/${part} is deployed unseen, or not at all`),
    ...("dependencies" in about ? [`${chart}/Chart.yaml brings other charts along`] : []),
    ...templates(join(folder, "templates")).flatMap((file) =>
      strange(readFileSync(file, "utf8")).map((what) => `${relative(root, file)} asks for ${what}`),
    ),
  ];
}

function templates(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort();
}

/** What an action says without naming anything: texts, and comments. */
const quoted = /"(?:[^"\\]|\\.)*"|`[^`]*`|\/\*[^]*?\*\//g;
/** An action; braces within its texts and comments do not end it. */
const action = /\{\{((?:"(?:[^"\\]|\\.)*"|`[^`]*`|\/\*[^]*?\*\/|(?!\}\})[^"`])*)\}\}/g;
/** A variable, a field, or a name alone: a function. */
const word = /[$.]*[A-Za-z_][\w.]*/g;
/** What tells an installation from an upgrade, or one cluster from another. */
const telling = /\b(?:Release|Capabilities|IsUpgrade|IsInstall)\b/;

/** What a template asks for that no declaration foresees. */
function strange(template: string): string[] {
  const found = [...template.matchAll(action)]
    .map(([, inside]) => inside!.replace(/^-|-$/g, "").trim())
    .flatMap((inside) => [
      ...(inside.match(quoted) ?? []).filter((part) => telling.test(part)),
      ...(inside.replace(quoted, '""').match(word) ?? []).filter(
        (name) => !isDeclared(name, inside),
      ),
    ]);
  if (template.replace(action, "").includes("{{")) found.push("something that cannot be read");
  return [...new Set(found)];
}

function isDeclared(name: string, inside: string): boolean {
  if (!/^[$.]/.test(name)) return declaredFunctions.includes(name);
  if (!telling.test(name)) return true;
  const [, field] = /\bRelease\.(\w+)$/.exec(name) ?? [];
  const where = field ? declaredRelease[field] : undefined;
  return where === "anywhere" || (where === "alone" && inside === name);
}
