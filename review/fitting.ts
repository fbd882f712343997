/** As many parts of a comment as there is room for, in their order. */
export interface Fitting {
  text: string;
  /** How many are left out. */
  left: number;
}

/** Of a part that does not fit, nothing is taken, nor of what follows it. */
export function fitting(parts: string[], room: number): Fitting {
  let text = "";
  for (const [index, part] of parts.entries()) {
    if (text.length + part.length + 2 > room) return { text, left: parts.length - index };
    text += `${part}\n\n`;
  }
  return { text, left: 0 };
}
