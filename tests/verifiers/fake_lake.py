#!/usr/bin/env python3
"""Stands for `lake` in tests, where there is no Lean: it does NOT check proofs.

    lake --dir PROJECT env lean FILE

It says what Lean would say of a file by the marks that the test put into it: a line `-- says: TEXT`
is printed, `-- exit: N` is its exit code. `#print axioms NAME` is answered by `-- axioms: a, b`, or
as for a theorem that needs none. How it was called stands in `calls.txt` of the project.
"""

import re
import sys
from pathlib import Path


def main() -> int:
    flag, project, *rest = sys.argv[1:]
    assert flag == "--dir"
    assert rest[:2] == ["env", "lean"], rest
    text = Path(rest[2]).read_text(encoding="utf-8")
    with (Path(project) / "calls.txt").open("a", encoding="utf-8") as calls:
        calls.write(text + "\n=====\n")
    for said in re.findall(r"^-- says: (.*)$", text, re.M):
        sys.stdout.write(f"{said}\n")
    asked = re.search(r"^#print axioms (\S+)$", text, re.M)
    axioms = re.search(r"^-- axioms: (.*)$", text, re.M)
    if asked and axioms:
        sys.stdout.write(f"'{asked[1]}' depends on axioms: [{axioms[1]}]\n")
    elif asked and "-- mute" not in text:
        sys.stdout.write(f"'{asked[1]}' does not depend on any axioms\n")
    ends = re.search(r"^-- exit: (\d+)$", text, re.M)
    return int(ends[1]) if ends else 0


if __name__ == "__main__":
    sys.exit(main())
