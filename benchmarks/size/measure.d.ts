/** Bytes: minified, and these compressed by gzip -9. */
export interface Size {
  readonly minified: number;
  readonly gzipped: number;
}

/** The files that are measured. */
export const ENTRIES: readonly string[];

/** The bytes of a file, and what each optional entry of its package adds to it, by name. */
export function measureEntry(name: string): Promise<Record<string, Size>>;

/** A row of what is printed. */
export function row(name: string, minified: number, gzipped: number): string;
