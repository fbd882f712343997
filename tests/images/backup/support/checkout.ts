import { existsSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../../support/planned";

/**
 * The checkout whose image and roles are tried: this one, or that of BACKUP_CHECKOUT, by which an
 * attack is seen to have succeeded on older code. Everything else of a test is of this checkout.
 */
export const checkout = process.env.BACKUP_CHECKOUT ?? root;

/** Whether its backups are signed, restored on a server apart, and its identities parted. */
export const isParted = existsSync(join(checkout, "images/backup/signing.ts"));
