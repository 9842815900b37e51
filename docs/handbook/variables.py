"""Every environment variable that the project reads or sets. A test finds what the source has and this list has not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from docs.handbook.section import Entry, Section, anchor_of, place, table
from reference.config import OPTIONAL

if TYPE_CHECKING:
    from collections.abc import Iterator

_ENGINE = "An engine's; `zaikolab env` prints them, `zaikolab verify` sets them"
_BY_HAND = "For the FTPS area by hand; `zaikolab env` prints them too"
_REFERENCE = "The reference engine's own"
_COMMANDS = "Of the commands"
_SUITE = "Of make and the tests"
_BORROWED = "Read as the system has them, and handed on to engines"


@dataclass(frozen=True, slots=True)
class Variable:
    """An environment variable. `group`: whose; `text`: what it says, with its default where it has one."""

    name: str
    group: str
    text: str


VARIABLES: tuple[Variable, ...] = (
    Variable("SYNC_SHOP_URL", _ENGINE, "Where the shop API is, up to and with `/api/v1`."),
    Variable("SYNC_SHOP_TOKEN", _ENGINE, "The shop API's bearer token."),
    Variable("SYNC_FTPS_HOST", _ENGINE, "Host of TEMPOSTAR's FTPS area."),
    Variable("SYNC_FTPS_PORT", _ENGINE, "Its port."),
    Variable("SYNC_FTPS_TLS", _ENGINE, "`explicit` (AUTH TLS) or `implicit`."),
    Variable("SYNC_FTPS_CA", _ENGINE, "File with the CA certificate to trust (PEM)."),
    Variable("SYNC_SMTP_HOST", _ENGINE, "Host that takes failure mails."),
    Variable("SYNC_SMTP_PORT", _ENGINE, "Its port."),
    Variable("SYNC_MAIL_FROM", _ENGINE, "Sender of failure mails."),
    Variable("SYNC_STATE_DIR", _ENGINE, "A folder of the engine's own, kept between runs."),
    Variable(
        "SYNC_NOW", _ENGINE,
        "The lab's time, RFC 3339 with offset. An engine may ignore it; without it the wall clock counts. Not printed "
        "while the lab's clock runs.",
    ),
    Variable("TEMPOSTAR_FTP_USER", _BY_HAND, "FTP user of the first company; absent before a password was issued."),
    Variable("TEMPOSTAR_FTP_PASSWORD", _BY_HAND, "Its password."),
    Variable("TEMPOSTAR_SHOP_CODE", _BY_HAND, "ショップコード of the first shop; absent while there is none."),
    Variable("SYNC_TIMEOUT", _REFERENCE, "How long one answer is waited for."),
    Variable("SYNC_INTERVAL_MINUTES", _REFERENCE, "TEMPOSTAR's 送信間隔, by which a missed or overdue file is told."),
    Variable(
        "SYNC_CSV", _REFERENCE,
        "How stock files are read: `plain`; `fast`, with polars (the extra `fast`); `auto`, the default: fast from "
        "1 MiB on where polars is installed. All say the same of a file.",
    ),
    Variable("SYNC_ZERO_SHARE", _REFERENCE, "A file that sets more of the linked stock to 0 is held; 100 holds none."),
    Variable(
        "SYNC_DATABASE_URL", _REFERENCE,
        "The PostgreSQL of a fleet, `postgresql://user:password@host:5432/name`: state (and the worker's queue) is "
        "kept there, not in SYNC_STATE_DIR. Never shown with its password.",
    ),
    Variable(
        "SYNC_DATABASE_SCHEMA", _REFERENCE,
        "The fleet's schema in it; a fleet is all the shops of one shop API. Default: `zaikosync`.",
    ),
    Variable("ZAIKOSYNC_DEBUG", _REFERENCE, "Set: an unexpected error of `zaikosync` shows its traceback."),
    Variable(
        "ZAIKOLAB_HOME", _COMMANDS,
        "Folder where a running lab leaves word and commands find it. Default: `zaikolab` below `XDG_STATE_HOME`.",
    ),
    Variable("ZAIKOLAB_URL", _COMMANDS, "Address of the lab, as `--lab` says it. Default: the lab started last."),
    Variable("ZAIKOLAB_DEBUG", _COMMANDS, "`1`: an unexpected error of `zaikolab` shows its traceback."),
    Variable("XDG_STATE_HOME", _COMMANDS, "Folder of what programs remember. Default: `~/.local/state`."),
    Variable(
        "ZAIKOLAB_ENGINES", _SUITE,
        "`whole`: `tests/acceptance/test_other_engines.py` runs every scenario with the engines of `docs/engines`.",
    ),
    Variable("ZAIKOLAB_CHROMIUM", _SUITE, "The Chromium of the browser tests. Default: the first one found on `PATH`."),
    Variable("ZAIKOLAB_HEADED", _SUITE, "`1`: browser tests show what they do in a window, slowly."),
    Variable("CI", _SUITE, "Set by CI: a missing browser is a failure then, and no browser test is skipped."),
    Variable("HYPOTHESIS_PROFILE", _SUITE, "`ci` (default): the same examples each time; `soak`: others, and many."),
    Variable("PYTEST_XDIST_WORKER", _SUITE, "Set by pytest-xdist: tests that start processes then keep to one core."),
    Variable("PYTHON", _SUITE, "The interpreter that make sets `.venv` up with. Default: the first that will do."),
    Variable("FLAKES", _SUITE, "Options of `make flakes`, such as `--runs 10`."),
    Variable("SOAK_MINUTES", _SUITE, "How long `make soak` looks. Default: 10."),
    Variable("BENCH", _SUITE, "Options of `make bench` and `make bench-quick`, such as `--conformance`."),
    Variable("PATH", _BORROWED, "Where programs are found; the folder of this Python comes first."),
    Variable("HOME", _BORROWED, "The home folder."),
    Variable("LANG", _BORROWED, "Always `C.UTF-8` for an engine."),
    Variable("TMPDIR", _BORROWED, "Folder of temporary files; `verify` gives each run one of its own."),
    Variable("PYTHONPATH", _BORROWED, "Where `python:` engines are found; `defects` puts its changed copies first."),
    Variable("PYTEST_DISABLE_PLUGIN_AUTOLOAD", _SUITE, "`1` in the runs of `verify`, which want no plugin of others."),
    Variable("PYTHONDONTWRITEBYTECODE", _SUITE, "`1` in the runs of `verify`, which leave nothing behind."),
)  # fmt: skip


def section() -> Section:
    """The variables, by whose they are."""
    entries = tuple(Entry(anchor_of("variable", one.name), one.name, one.text) for one in VARIABLES)
    return Section("variables", "Environment variables", "\n\n".join(_groups()), entries)


def _groups() -> Iterator[str]:
    for group in dict.fromkeys(one.group for one in VARIABLES):
        rows = []
        for one in (one for one in VARIABLES if one.group == group):
            entry = Entry(anchor_of("variable", one.name), one.name, one.text)
            rows.append((place(entry), f"{one.text}{_bounds(one.name)}"))
        yield f"{group}:\n\n{table(('variable', 'what it says'), rows)}"


def _bounds(name: str) -> str:
    if (span := OPTIONAL.get(name)) is None:
        return ""
    return f" A number of {span.unit} from {span.least:g} to {span.most:,g}. Default: {span.default:g}."
