"""What a page pays in bytes, beside its peers: the entry files of benchmarks/size/ and each
optional entry, minified by esbuild and compressed by gzip -9. KB are 1,000 bytes.

usage: scripts/bench size [--json FILE]
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from harness.program import Program
from harness.rows import Row

HERE = Path(__file__).resolve().parent
MEASURE = HERE / "size" / "measure.js"
ABOUT = """The browser's side in bytes

The code of a page with one read and one call, and a provider, in React: minified by esbuild and
compressed by gzip -9, without React itself. `size/` has the entry files; README.md has what each
optional entry adds."""
PAGES = {"mizan": "react", "SWR": "swr-mutation", "TanStack Query": "react-query"}
NPM = ("esbuild", "swr", "@tanstack/react-query")
_ENTRIES = """
const [module, ...entries] = process.argv.slice(1);
const { measureEntry } = await import(module);
const sizes = await Promise.all(entries.map(measureEntry));
console.log(JSON.stringify(Object.assign({}, ...sizes)));
"""


def main() -> int:
    """Print the sizes of all entries, and add the rows of a page."""
    program = Program("size", __doc__)
    program.parse()
    subprocess.run(["node", MEASURE], check=True)
    command = ["node", "--input-type=module", "--eval", _ENTRIES, MEASURE.as_uri(), *PAGES.values()]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=HERE)
    sizes = json.loads(done.stdout)
    for what, member in (("minified", "minified"), ("gzip -9", "gzipped")):
        values = {name: sizes[entry][member] for name, entry in PAGES.items()}
        program.add(Row("A page in React", what, "bytes", values))
    modules = HERE.parent / "node_modules"
    texts = {name: (modules / name / "package.json").read_text() for name in NPM}
    others = {name: json.loads(text)["version"] for name, text in texts.items()}
    program.finish(ABOUT, programs=["node"], others=others)
    return 0


if __name__ == "__main__":
    sys.exit(main())
