"""The one place that writes reports: a folder is tried, and freed of old ones, before the run; files are replaced whole
or not at all."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from simulator.conformance.guide import features_dir
from simulator.conformance.report.junit import compose_junit
from simulator.conformance.report.machine import SCHEMA, compose_json
from simulator.conformance.report.messages import compose_messages
from simulator.conformance.report.page import compose_page
from simulator.conformance.report.transcripts import TRANSCRIPTS, compose_transcripts
from simulator.conformance.verify.summary import PAGE
from simulator.errors import BadValue

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from simulator.conformance.report.account import Account
    from simulator.conformance.verify.results import Result

FILES = ("report.json", "report.schema.json", "junit.xml", "cucumber.ndjson", TRANSCRIPTS, PAGE)


def claim(folder: Path) -> None:
    """Make the folder, see that the reports can be written into it, and take away those of an earlier run: after one
    that ends without any, nothing old is taken for new.

    Raises: BadValue when they cannot.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in FILES:
            if (folder / name).is_dir():
                raise IsADirectoryError(f"{name} is a folder there")
        trial = _beside(folder / FILES[0])
        trial.write_bytes(b"")
        trial.unlink()
        for name in FILES:
            (folder / name).unlink(missing_ok=True)
    except OSError as error:
        reason = f"no report can be written there, {error.strerror or error}"
        raise BadValue("report", str(folder), reason, next_step="Name a folder that you may write into.") from error


def read_features(results: Iterable[Result]) -> dict[str, str]:
    """The text of each feature file that a result names."""
    files = sorted({result.file for result in results if result.file})
    return {file: (features_dir() / file).read_text(encoding="utf-8-sig") for file in files}


def write_reports(folder: Path, account: Account) -> None:
    """Write all reports. Raises: OSError; what was there before is then as it was, but for files already replaced."""
    texts = {
        "report.json": compose_json(account),
        "report.schema.json": SCHEMA.read_text(encoding="utf-8"),
        "junit.xml": compose_junit(account),
        "cucumber.ndjson": compose_messages(account),
        TRANSCRIPTS: compose_transcripts(account),
        PAGE: compose_page(account),
    }
    _replace({folder / name: texts[name] for name in FILES})


def _replace(texts: Mapping[Path, str]) -> None:
    """Write every file under another name first, so that a full disk is met before anything is replaced."""
    try:
        for path, text in texts.items():
            _beside(path).write_text(text, encoding="utf-8", newline="\n")
        for path in texts:
            _beside(path).replace(path)
    finally:
        for path in texts:
            _beside(path).unlink(missing_ok=True)


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}")
