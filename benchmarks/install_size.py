"""How large is what a package brings along? Installed bytes of it and of all that it requires.

    python benchmarks/install_size.py [reasoning-harness] [--extra train] [--limit-mb 692] [--json]

Reads the metadata of this environment: each distribution that the requirements lead to, with the
files that its RECORD lists (compiled bytecode included where it was written). Megabytes are 10^6
bytes. With a limit, exit code 1 if the sum is above it. `for` names the requirements of the package
itself that bring a distribution; `alone` is what would go if that one requirement went.
"""

from __future__ import annotations

import argparse
import json
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def required(dist: Distribution, extras: tuple[str, ...] = ()) -> list[Requirement]:
    """The requirements of a distribution that hold here, with some of its extras."""
    found = [Requirement(text) for text in dist.requires or ()]
    wanted = [{"extra": extra} for extra in ("", *extras)]
    return [r for r in found if r.marker is None or any(r.marker.evaluate(w) for w in wanted)]


def closure(start: Requirement, missing: set[str]) -> set[str]:
    """All distributions that one requirement leads to, itself included."""
    seen: set[tuple[str, str]] = set()
    todo = [(canonicalize_name(start.name), tuple(sorted(start.extras)))]
    while todo:
        name, extras = todo.pop()
        if (name, ",".join(extras)) in seen:
            continue
        seen.add((name, ",".join(extras)))
        try:
            needs = required(distribution(name), extras)
        except PackageNotFoundError:
            missing.add(name)
            continue
        todo += [(canonicalize_name(n.name), tuple(sorted(n.extras))) for n in needs]
    return {name for name, _ in seen} - missing


def size(name: str) -> int:
    """Bytes of a distribution's files; links and what is gone count nothing."""
    paths = [file.locate() for file in distribution(name).files or ()]
    return sum(path.stat().st_size for path in map(_plain, paths) if path is not None)


def _plain(path: object) -> object:
    from pathlib import Path

    file = Path(str(path))
    return file if file.is_file() and not file.is_symlink() else None


def measure(package: str, extras: tuple[str, ...]) -> dict[str, object]:
    """Sizes by distribution, and by requirement of the package."""
    missing: set[str] = set()
    needs = required(distribution(package), extras)
    reached = {canonicalize_name(need.name): closure(need, missing) for need in needs}
    sizes = {name: size(name) for name in set().union(*reached.values())}
    rows = []
    for name in sorted(sizes, key=lambda n: -sizes[n]):
        users = sorted(need for need, found in reached.items() if name in found)
        rows.append({"distribution": name, "bytes": sizes[name], "for": users})
    alone = {
        need: sum(
            sizes[n] for n in found if [n in other for other in reached.values()].count(True) == 1
        )
        for need, found in reached.items()
    }
    return {
        "package": package,
        "extras": list(extras),
        "bytes": sum(sizes.values()),
        "distributions": rows,
        "alone": dict(sorted(alone.items(), key=lambda item: -item[1])),
        "missing": sorted(missing),
    }


def main() -> int:
    """Print the table; 1 if it is too large or something is not installed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("package", nargs="?", default="reasoning-harness")
    parser.add_argument("--extra", action="append", default=[])
    parser.add_argument("--limit-mb", type=float)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    found = measure(args.package, tuple(args.extra))
    if args.json:
        print(json.dumps(found, indent=1))
    else:
        print(f"{'MB':>8}  {'distribution':28} for")
        for row in found["distributions"]:
            print(f"{row['bytes'] / 1e6:8.1f}  {row['distribution']:28} {', '.join(row['for'])}")
        print(f"\n{'MB':>8}  alone")
        for name, count in found["alone"].items():
            print(f"{count / 1e6:8.1f}  {name}")
        print(f"\n{found['bytes'] / 1e6:8.1f}  in all")
    if found["missing"]:
        print(f"not installed: {', '.join(found['missing'])}", file=sys.stderr)
        return 1
    if args.limit_mb is not None and found["bytes"] > args.limit_mb * 1e6:
        print(f"above the limit of {args.limit_mb:g} MB", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
