/**
 * Calls with files.
 * Invariant: each file stands under the name of its argument, everything else in the part `call`.
 */

/** The body of a call whose arguments have files (Blobs, or arrays of Blobs). */
export function upload(name: string, args: object): FormData {
  const form = new FormData();
  const plain: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(args as Record<string, unknown>)) {
    const files = [value].flat().filter((each) => each instanceof Blob);
    if (files.length === 0) plain[key] = value;
    for (const file of files) form.append(key, file);
  }
  form.append("call", JSON.stringify({ function: name, args: plain }));
  return form;
}
