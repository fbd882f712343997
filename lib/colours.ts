import { createColors } from "picocolors";

/** Colours on a terminal only: not in a file, not in a pipe, not in a build's log. */
export const colours = createColors(Boolean(process.stdout.isTTY) && !process.env.NO_COLOR);
