/** Where a change gets past a policy pack; a class of the changes that once did. */
export const classes = {
  property: "properties that no rule reads",
  type: "types that nobody judges",
  target: "right shape, wrong target",
  accepted: "a rule reads it and accepts too much",
  absence: "absence: nothing demands that it exists",
  deployed: "what is judged is not what is deployed",
  beside: "first match, or only beside",
  option: "options of the engine",
} as const;
export type Class = keyof typeof classes;

/** One edit of the program, a chart, its values or the configuration. */
export interface Edit {
  of: Class;
  title: string;
  file: string;
  /** What stands there; it has to. */
  from: string | RegExp;
  to: string;
}

/** Edits of one file, in a row. */
export function edits(of: Class, file: string, list: [string, string | RegExp, string][]) {
  return list.map(([title, from, to]): Edit => ({
    of,
    title,
    file,
    from,
    to,
  }));
}
