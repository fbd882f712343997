/**
 * The last word on a child's arguments, for what a component's own arguments do not cover.
 * It receives the arguments as the component made them and returns those to use.
 */
export type Transform<Args> = (args: Args) => Args;

/** The child's arguments after the user's transform, if there is one. */
export function transformed<Args>(transform: Transform<Args> | undefined, args: Args): Args {
  return transform ? transform(args) : args;
}
