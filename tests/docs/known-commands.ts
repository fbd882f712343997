import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { run } from "../../lib/processes";
import { tool } from "../../tools";
import { root } from "../support/planned";

/** What is wrong with a command line of a runbook; undefined when its program knows it. */
export type Check = (words: string[]) => Promise<string | undefined>;

const optionsOf = (words: string[]) =>
  words.filter((word) => word.startsWith("--")).map((word) => word.split("=")[0]!);

const helps = new Map<string, Promise<{ code: number; text: string }>>();

function help(file: string, args: string[]): Promise<{ code: number; text: string }> {
  const key = [file, ...args].join(" ");
  const found =
    helps.get(key) ??
    run(file, args, { cwd: root, env: { NODE_NO_WARNINGS: "1" } }).then(
      ({ code, stdout, stderr }) => ({ code, text: stdout + stderr }),
    );
  helps.set(key, found);
  return found;
}

function unknownOption(words: string[], text: string): string | undefined {
  const missing = optionsOf(words).find((option) => !new RegExp(`${option}\\b`).test(text));
  return missing && `it has no ${missing}`;
}

/** The project's own scripts. */
export const npm: Check = async ([command, script, separator, ...rest]) => {
  if (command !== "run") return command === "ci" ? undefined : `npm ${command} is not used here`;
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  if (!scripts[script!]) return `no script ${script}`;
  if (separator !== "--" || rest.length === 0) return undefined;
  const { code, text } = await help("npm", ["run", "--silent", script!, "--", "--help"]);
  return code === 0 ? unknownOption(rest, text) : `--help ended with ${code}`;
};

export const pulumi: Check = async (words) => {
  const end = words.findIndex((word) => !/^[a-z][\w-]*$/.test(word));
  const verbs = end === -1 ? words : words.slice(0, end);
  const { code, text } = await help(await tool("pulumi"), [...verbs, "--help"]);
  // Asked for help on a command that is none, the CLI shows its own.
  if (code !== 0 || !text.includes(`pulumi ${verbs[0]}`)) return `no command ${verbs.join(" ")}`;
  return unknownOption(words, text);
};

export const kubectl: Check = async (words) => {
  const program = await tool("kubectl");
  const everywhere = (await help(program, ["options"])).text;
  const end = words.indexOf("--");
  const own = end === -1 ? words : words.slice(0, end);
  const namespace = own.indexOf("--namespace");
  const rest = namespace === -1 ? own : own.toSpliced(namespace, 2);
  const verbs = rest.slice(0, ["create", "rollout"].includes(rest[0]!) ? 2 : 1);
  const { text } = await help(program, [...verbs, "--help"]);
  if (!text.includes(`kubectl ${verbs.join(" ")}`)) return `no command ${verbs.join(" ")}`;
  return unknownOption(own, text + everywhere);
};

/** High-level commands of the AWS CLI that no API operation stands behind. */
const s3Commands = ["cp", "ls", "mv", "rm", "sync"];
/** Of every command of the AWS CLI. */
const awsOptions = ["--region", "--output", "--query", "--profile"];

/** What the AWS CLI calls otherwise, because the name is one of its own options. */
const renamed: Record<string, string> = { "--kubernetes-version": "--version" };

/** Services of which this project has no SDK: by the AWS CLI's own models, which moto comes with. */
const withoutSdk = ["cloudtrail", "elbv2", "fis", "guardduty", "iam", "kms", "route53"];

/** Commands of the AWS CLI alone, with the options that are used of them. */
const ofCliAlone: Record<string, string[]> = {
  "ecr get-login-password": [],
  "eks update-kubeconfig": ["--name"],
};

interface Model {
  operations: Record<string, { input: { shape: string } }>;
  shapes: Record<string, { members: Record<string, unknown> }>;
}

/** By the model of the service: operations and the members of their inputs. */
async function byModel(service: string, operation: string, rest: string[]) {
  const same = (one: string, other: string) =>
    one.toLowerCase() === other.replaceAll("-", "").toLowerCase();
  const { operations, shapes } = await modelOf(service);
  const [, found] = Object.entries(operations).find(([name]) => same(name, operation)) ?? [];
  if (!found) return `no operation ${operation}`;
  const members = Object.keys(shapes[found.input.shape]!.members);
  const missing = optionsOf(rest)
    .filter((option) => !awsOptions.includes(option))
    .find((option) => !members.some((member) => same(member, option)));
  return missing && `no input ${missing}`;
}

async function modelOf(service: string): Promise<Model> {
  const lib = join(dirname(await tool("moto_server")), "venv/lib");
  const [python] = readdirSync(lib);
  const versions = join(lib, python!, "site-packages/botocore/data", service);
  const newest = readdirSync(versions).sort().at(-1)!;
  const model = readFileSync(join(versions, newest, "service-2.json.gz"));
  return JSON.parse(gunzipSync(model).toString()) as Model;
}

/** By the SDK of the service: operations, waiters and the members of their inputs. */
export const aws: Check = async ([service, operation, ...rest]) => {
  if (service === "s3")
    return s3Commands.includes(operation!) ? undefined : `no command s3 ${operation}`;
  const own = ofCliAlone[`${service} ${operation}`];
  if (own) {
    const missing = optionsOf(rest).find((option) => ![...awsOptions, ...own].includes(option));
    return missing && `no option ${missing}`;
  }
  if (withoutSdk.includes(service!)) return byModel(service!, operation!, rest);
  const name = (operation === "wait" ? `waituntil${rest[0]}` : `${operation}command`).replaceAll(
    "-",
    "",
  );
  // The command line calls S3's own operations by another name than the SDK.
  const sdk = service === "s3api" ? "s3" : service!;
  const exported = Object.keys((await import(`@aws-sdk/client-${sdk}`)) as object);
  if (!exported.some((one) => one.toLowerCase() === name)) return `no operation ${operation}`;
  if (operation === "wait") return undefined;
  const members = inputOf(sdk, operation!.replaceAll("-", ""));
  for (const option of optionsOf(rest).filter((option) => !awsOptions.includes(option))) {
    const member = (renamed[option] ?? option).replace(/^--(no-)?/, "").replaceAll("-", "");
    if (!new RegExp(`^\\s+${member}\\??:`, "im").test(members)) return `no input ${option}`;
  }
  return undefined;
};

/** The SDK's declaration of an operation's input. */
function inputOf(service: string, operation: string): string {
  const models = join(root, "node_modules/@aws-sdk", `client-${service}`, "dist-types/models");
  const types = readdirSync(models)
    .filter((file) => file.endsWith(".d.ts"))
    .map((file) => readFileSync(join(models, file), "utf8"));
  const input = new RegExp(`interface ${operation}(?:Message|Request|Input) \\{[^]*?^\\}`, "im");
  return input.exec(types.join("\n"))?.[0] ?? "";
}
