import { highErrorRate, slowResponseTime } from "./application";
import type { Table } from "./case";

export * from "./case";

/** What is known of every alert. */
export const tables: Table[] = [highErrorRate, slowResponseTime];
