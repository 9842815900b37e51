"""Runs the specification against the reference engine with its state in PostgreSQL, on a server of the run's own:

    python -m tests.verify_on_postgres                  everything, as `zaikolab verify --engine 'zaikosync once'` does
    python -m tests.verify_on_postgres --only 4.4.2     with any option of `zaikolab verify`

Ends as `zaikolab verify` ends. Each scenario has a state folder of its own; the engine that is verified is this file
with the server's URL, which keeps each folder's state in a schema of its own. The schema's name is in the folder: where
a scenario begins with an empty folder, the engine begins with an empty schema.
"""

from __future__ import annotations

import os
import secrets
import shlex
import subprocess
import sys
from pathlib import Path

PASS = "--pass"


def make_pass(url: str) -> int:
    """Do what `zaikosync once` does, with the folder's schema."""
    from reference.cli import main as zaikosync

    environ = dict(os.environ)
    if folder := environ.get("SYNC_STATE_DIR"):
        name = Path(folder) / "schema"
        if not name.exists():
            name.parent.mkdir(parents=True, exist_ok=True)
            name.write_text(f"v_{secrets.token_hex(8)}", encoding="utf-8")
        environ |= {"SYNC_DATABASE_URL": url, "SYNC_DATABASE_SCHEMA": name.read_text(encoding="utf-8")}
    return zaikosync(["once"], environ)


def main(arguments: list[str]) -> int:
    """Run as a command."""
    if arguments[:1] == [PASS]:
        return make_pass(arguments[1])
    from tests.postgres import run_server

    with run_server() as server:
        engine = shlex.join([sys.executable, str(Path(__file__)), PASS, server.url])
        command = [sys.executable, "-m", "simulator.cli", "verify", "--engine", engine, *arguments]
        return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
