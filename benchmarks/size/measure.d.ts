/** Bytes: minified, and these compressed by gzip -9. */
export interface Size {
  readonly minified: number;
  readonly gzipped: number;
}

/** The bytes of each entry by its name. */
export function measureAll(): Promise<Record<string, Size>>;
