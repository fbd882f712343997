import { UsageError } from "../../lib/ends";

/** One instruction of a Dockerfile, its continued lines joined and comments left out. */
export interface Instruction {
  /** Line on which it begins, from 1. */
  line: number;
  keyword: Keyword;
  /** What follows the keyword. */
  rest: string;
}

/** One `FROM` and what follows it. */
export interface Stage {
  /** Line of its `FROM`. */
  line: number;
  /** The image after `FROM`, as written. */
  base: string;
  /** Its name after `AS`. */
  name?: string;
  instructions: Instruction[];
  /** Its text without the `FROM`, as written. */
  text: string;
}

/** A Dockerfile of this repository. */
export interface Dockerfile {
  /** Values of the `ARG`s before the first `FROM`. */
  args: Record<string, string>;
  stages: Stage[];
}

const keywords = [
  "ARG",
  "FROM",
  "WORKDIR",
  "COPY",
  "RUN",
  "ENV",
  "USER",
  "EXPOSE",
  "ENTRYPOINT",
  "CMD",
] as const;
type Keyword = (typeof keywords)[number];

/**
 * Reads a Dockerfile with the instructions that this repository's use.
 *
 * @param file named in messages.
 * @throws UsageError with the line of an instruction that is none of them or is out of place.
 */
export function readDockerfile(text: string, file: string): Dockerfile {
  const lines = text.split("\n");
  const result: Dockerfile = { args: {}, stages: [] };
  for (const instruction of instructionsOf(lines, file)) {
    const { keyword, line, rest } = instruction;
    const stage = result.stages.at(-1);
    if (keyword === "FROM") result.stages.push(stageOf(instruction, file));
    else if (stage) stage.instructions.push(instruction);
    else if (keyword === "ARG") {
      const [, name = "", value = ""] = /^(\w+)=(\S+)$/.exec(rest) ?? [];
      if (!name) throw new UsageError(`${file}:${line}: ARG ${rest} needs the form NAME=VALUE`);
      result.args[name] = value;
    } else throw new UsageError(`${file}:${line}: ${keyword} stands before the first FROM`);
  }
  if (result.stages.length === 0) throw new UsageError(`${file}: there is no FROM`);
  for (const [index, stage] of result.stages.entries()) {
    const next = result.stages[index + 1]?.line ?? lines.length + 1;
    stage.text = lines.slice(stage.line, next - 1).join("\n");
  }
  return result;
}

function instructionsOf(lines: string[], file: string): Instruction[] {
  const found: Instruction[] = [];
  let begun: { line: number; text: string } | undefined;
  for (const [index, line] of lines.entries()) {
    // A comment inside a continued instruction is left out; the instruction goes on.
    if (/^\s*(#|$)/.test(line)) continue;
    const text = `${begun?.text ?? ""}${line.trim().replace(/\s*\\$/, " ")}`;
    begun = { line: begun?.line ?? index + 1, text };
    if (line.trimEnd().endsWith("\\")) continue;
    found.push(instructionOf(begun.text, begun.line, file));
    begun = undefined;
  }
  if (begun) throw new UsageError(`${file}:${begun.line}: the instruction does not end`);
  return found;
}

function instructionOf(text: string, line: number, file: string): Instruction {
  const [, word = "", rest = ""] = /^(\S+)\s*(.*)$/.exec(text)!;
  const keyword = keywords.find((one) => one === word);
  if (!keyword)
    throw new UsageError(
      `${file}:${line}: ${word} is not read here; allowed are ${keywords.join(", ")}`,
    );
  return { line, keyword, rest };
}

function stageOf({ line, rest }: Instruction, file: string): Stage {
  const [, base, , name] = /^(\S+)(\s+AS\s+(\S+))?$/.exec(rest) ?? [];
  if (!base) throw new UsageError(`${file}:${line}: FROM ${rest} needs the form IMAGE [AS NAME]`);
  return { line, base, ...(name && { name }), instructions: [], text: "" };
}
