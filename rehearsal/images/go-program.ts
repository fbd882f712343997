import { tool, type ToolName } from "../../tools";
import type { Recipe } from "./images";
import type { ImageConfig } from "./oci";
import { programImage } from "./program-image";

/**
 * An image of one program that needs nothing beside it, not even a file system.
 *
 * @param config what differs from a program in the root folder that runs as nobody. The program lies
 *   where its entry point says.
 */
export function goProgram(name: ToolName, config: ImageConfig = {}): Recipe {
  const { Entrypoint = [`/${name}`] } = config;
  return async (reference, progress) =>
    programImage(
      reference,
      {
        files: { [Entrypoint[0]!]: await tool(name, progress) },
        config: { User: "65534:65534", ...config, Entrypoint },
      },
      progress,
    );
}
