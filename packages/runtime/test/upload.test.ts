import { describe, expect, it } from "vitest";
import { upload } from "../src/upload.js";

describe("upload", () => {
  it("puts files under their names, and the rest in the part call", () => {
    const [a, b, c] = ["a", "b", "c"].map((name) => new File([name], `${name}.txt`));
    const form = upload("add", { id: 5, tags: [], cover: a, pages: [b, c], note: null });
    expect(JSON.parse(form.get("call") as string)).toEqual({
      function: "add",
      args: { id: 5, tags: [], note: null },
    });
    expect((form.get("cover") as File).name).toBe("a.txt");
    expect(form.getAll("pages").map((each) => (each as File).name)).toEqual(["b.txt", "c.txt"]);
    expect([...form.keys()]).toEqual(["cover", "pages", "pages", "call"]);
  });
});
