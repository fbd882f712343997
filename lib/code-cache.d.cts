/** `$XDG_CACHE_HOME/mini-xdr`, by default under `~/.cache`: all that this project keeps on a machine. */
export function cacheHome(): string;
/** A short name of texts: other texts have another. */
export function digest(...parts: string[]): string;
