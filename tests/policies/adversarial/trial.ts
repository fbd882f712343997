import { readFile, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { evaluateValues } from "../../../plan/evaluate";
import { loadProgram } from "../../../plan/program";
import { readStackSettings } from "../../../plan/stack-settings";
import { fromPlan } from "../../../policies/pack/adapters/plan";
import { judgeResources } from "../../../policies/pack/judge";
import { readSettings } from "../../../policies/pack/settings";
import { withDeployed } from "../../../policies/releases/deployed";
import type { Resource } from "../../../policies/model/resource";
import type { Settings } from "../../../policies/model/settings";
import type { Edit } from "./edit";

/** What became of an edit. */
export interface Outcome {
  /** Whether the plan, or what a release deploys, is another one. */
  effective: boolean;
  /** Mandatory violations, by their rules; "refused" where the program itself did not run. */
  blockedBy: string[];
  messages: string[];
}

/** A checkout whose program and charts are edited, judged with the real Helm, and put right again. */
export class Trial {
  private count = 0;
  private planned = "";

  private constructor(
    private readonly checkout: string,
    private readonly helm: string,
  ) {}

  static async in(checkout: string, helm: string): Promise<Trial> {
    const trial = new Trial(checkout, helm);
    trial.planned = text((await trial.judged()).resources);
    return trial;
  }

  /** @throws an error when the file is not as the edit expects it. */
  async of({ file, from, to, title }: Edit): Promise<Outcome> {
    const edited = path.join(this.checkout, file);
    const before = await readFile(edited, "utf8");
    const after = before.replace(from, to);
    if (after === before) throw new Error(`${title}: ${file} is not as the edit expects it`);
    await writeFile(edited, after);
    try {
      const { resources, settings } = await this.judged();
      const found = judgeResources(resources, settings).filter(
        ({ enforcementLevel }) => enforcementLevel === "mandatory",
      );
      return {
        effective: text(resources) !== this.planned,
        blockedBy: [...new Set(found.map(({ policy }) => policy))],
        messages: found.map(({ policy, message }) => `${policy}: ${message}`),
      };
    } catch (error) {
      return { effective: true, blockedBy: ["refused"], messages: [String(error)] };
    } finally {
      await writeFile(edited, before);
    }
  }

  private async judged(): Promise<{ resources: Resource[]; settings: Settings }> {
    // The pack remembers what a release deploys, by its folder: every trial has one of its own.
    const root = path.join(this.checkout, `.trial-${this.count++}`);
    await symlink(this.checkout, root);
    const program = await loadProgram(root);
    const { resources } = await evaluateValues(program, readStackSettings(root, "prod"));
    const settings = { ...readSettings(root, "prod"), helm: this.helm };
    return { resources: withDeployed(resources.map(fromPlan), settings), settings };
  }
}

function text(resources: Resource[]): string {
  return JSON.stringify(resources, (_, part: unknown) =>
    typeof part === "symbol" ? "unknown" : part,
  );
}
