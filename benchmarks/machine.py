"""On what machine, with which versions, when: what belongs to every figure."""

from __future__ import annotations

import os
import platform
import re
import shutil
import sqlite3
import ssl
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_OURS = ("zaikolab", "pyftpdlib", "pyopenssl", "flask", "waitress", "urllib3", "polars", "orjson", "procrastinate")


def describe() -> dict[str, object]:
    """Machine, cores, memory, load when it began, date and commit."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "began": datetime.now(UTC).isoformat(timespec="seconds"),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_mib": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20,
        "load": round(os.getloadavg()[0], 2),
        "commit": first_line(["git", "rev-parse", "--short", "HEAD"]),
    }


def versions(peers: Mapping[str, str]) -> dict[str, str]:
    """Of everything that is compared."""
    told = {
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        "OpenSSL": ssl.OPENSSL_VERSION.split()[1],
        **_programs(),
    }
    for name in _OURS:
        try:
            told[name] = version(name)
        except PackageNotFoundError:
            continue
    return {name: found for name, found in {**told, **peers}.items() if found}


@cache
def _programs() -> Mapping[str, str]:
    """Of programs that have to be started for it: once a run, which tells its versions after each measurement."""
    return {
        "curl": _number(first_line(["curl", "--version"])),
        "Node": _number(first_line(["node", "--version"])),
        "Java": _number(first_line(["java", "-version"])),
    }


def first_line(command: list[str]) -> str:
    """What a command says first, "" where there is none."""
    if shutil.which(command[0]) is None:
        return ""
    ended = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    return next(iter((ended.stdout or ended.stderr).splitlines()), "") if ended.returncode == 0 else ""


def _number(text: str) -> str:
    found = re.search(r"\d[\w.+-]*", text)
    return found[0] if found else ""


def _processor() -> str:
    try:
        found = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    except OSError:
        found = None
    return found[1] if found else platform.processor() or platform.machine()
