/**
 * An outside program that is not here and cannot be had. The message is one line that names the
 * program, what stands in the way and the alternative; commands print it and exit with code 2.
 */
export class MissingTool extends Error {
  override readonly name = "MissingTool";
}
