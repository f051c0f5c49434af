"""Known secrets in every input at once, and a search through everything that is written.

Each command runs as a process of its own, against a server that repeats the key that it is sent.
What is searched: what the command says, and every file that it leaves behind. System prompts are
left out: they are sent to the model, and belong to what was asked.
"""

from __future__ import annotations

import json
import os
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

KEY = "sk-proj-" + "z9Y8x7W6" * 4
PASSWORD = "battery-staple-92"
TOKEN = "hf_" + "Q7w" * 12
SECRETS = (KEY, PASSWORD, TOKEN)
PLUGIN = Path(__file__).parents[1] / "gate" / "skilled_plugin.py"
RULES = '[gate]\nbaseline = "b.txt"\n[[gate.rules]]\nmetric = "accuracy"\nmargin = 0.5\n'


class Echo(BaseHTTPRequestHandler):
    """Answers with what it was sent: right where the model is `m`, else an error that holds it."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        key = self.headers.get("Authorization", "")
        status, answer = 401, {"error": {"message": f"{key} may not do that"}}
        if body["model"] == "m":
            text = f"Answer: {body['messages'][-1]['content'].split()[-1]}"
            message = {"role": "assistant", "content": text}
            usage = {"prompt_tokens": 3, "completion_tokens": 3, "total_tokens": 6}
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            status, answer = 200, {"model": "m", "choices": [choice], "usage": usage}
        data = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def port():
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def harness(harness_command):
    def go(*words, folder):
        environment = {
            **os.environ,
            "OPENAI_API_KEY": KEY,
            "HF_TOKEN": TOKEN,
            "DB_PASSWORD": PASSWORD,
            "GITHUB_ACTIONS": "true",
            "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
        }
        line = [harness_command, *map(str, words)]
        return subprocess.run(
            line, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )

    return go


def holders(folder, own=()):
    """Files that hold a secret, but for those in which the user wrote it."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name not in own]
    return {p.name: s for p in files for s in SECRETS if s.encode() in p.read_bytes()}


def silent(done):
    return not any(secret in done.stdout + done.stderr for secret in SECRETS)


@pytest.mark.slow
def test_what_goes_well_writes_no_secret(port, tmp_path, harness):
    """The key in the environment and in `.env`; every kind of file that the product writes."""
    (tmp_path / ".env").write_text(f"OPENAI_API_KEY={KEY}\n")
    (tmp_path / "harness.toml").write_text(RULES)
    model = ("--model", f"openai:m@http://127.0.0.1:{port}/v1", "--plugin", PLUGIN)
    first = ("eval", *model, "--task", "echo", "--budget", "greedy", "--limit", 20)
    reports = ("--junit", "g.xml", "--gitlab", "g.json", "--comment", "c.md")
    for words in (
        first,
        ("show", "--json"),
        ("runs", "list"),
        ("baseline", "save", "b.txt", "task=echo", "--plugin", PLUGIN),
        ("gate", "--run", *model, *reports),
        ("baseline", "renew", "b.txt", *model),
        ("site", "build", "--out", "site"),
        ("doctor",),
    ):
        done = harness(*words, folder=tmp_path)
        assert done.returncode == 0, (words, done.stdout + done.stderr)
        assert silent(done), words
    for name in ("b.txt", "g.xml", "g.json", "c.md", "summary.md", "site"):
        assert (tmp_path / name).exists()
    assert holders(tmp_path, own=(".env",)) == {}


ADDRESS = "http://127.0.0.1:{port}/v1"
WRONG = {
    "a password in the address": (
        "--model",
        f"openai:m@http://me:{PASSWORD}@127.0.0.1:{{port}}/v1",
    ),
    "a key in the query": ("--model", f"openai:m@{ADDRESS}?api_key={KEY}"),
    "an address that is none": ("--model", f"openai:m@http://me:{PASSWORD}@[::1/v1"),
    "another kind of address": ("--model", f"openai:m@ftp://me:{PASSWORD}@host/v1"),
    "an argument for the key": ("--model-arg", f"api_key={KEY}"),
    "the key instead of its name": ("--model-arg", f"api_key_env={KEY}"),
    "headers": ("--model-arg", f'headers={{"Authorization": "Bearer {KEY}"}}'),
    "a field of the request": ("--model-arg", f'extra={{"options": {{"password": "{PASSWORD}"}}}}'),
    "a key's form": ("--model-arg", f'extra={{"user": "{KEY}"}}'),
    "a value of the environment": ("--model-arg", f"display_name=by {PASSWORD}"),
    "an option of a task": ("--task", f"echo:api_key={PASSWORD}"),
    "an option of a stranger's model": (
        "--model",
        "skilled:90",
        "--model-arg",
        f"token={PASSWORD}",
    ),
    "a database": ("--db", f"postgresql+psycopg://me:{PASSWORD}@127.0.0.1:1/x"),
    "a judge's address": ("--judge", f"openai:m@http://me:{PASSWORD}@127.0.0.1:1/v1"),
    "a judge's argument": ("--judge", f"openai:m@{ADDRESS}", "--judge-arg", f"api_key={KEY}"),
    "a server that repeats the key": ("--model", f"openai:other@{ADDRESS}"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_goes_wrong_tells_no_secret(port, tmp_path, harness, name):
    """Refused or failed: a gate with all its reports, or `eval` with a judge."""
    given = [word.replace("{port}", str(port)) for word in WRONG[name]]
    command = "eval" if "--judge" in given else "gate"
    (tmp_path / "harness.toml").write_text(
        RULES.replace('baseline = "b.txt"\n', "").replace("margin", "min")
    )
    words = [command, "--plugin", PLUGIN, "--budget", "greedy", "--limit", 3]
    if command == "gate":
        words += ["--run", "--junit", "g.xml", "--gitlab", "g.json", "--comment", "c.md"]
    if "--task" not in given:
        words += ["--task", "echo"]
    if "--model" not in given:
        words += ["--model", f"openai:m@http://127.0.0.1:{port}/v1"]
    done = harness(*words, *given, folder=tmp_path)
    assert done.returncode in (1, 2), done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert silent(done), done.stdout + done.stderr
    assert holders(tmp_path) == {}
