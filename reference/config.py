"""The settings of contract 4, read from a mapping of environment variables."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from reference.adapters.ftps_channel import trusting
from reference.adapters.tempostar_ftps import TlsMode
from reference.domain.columns import is_available
from reference.domain.fast_stock_file import Reader
from reference.domain.limits import Limits
from reference.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

_NEXT_STEP = "`zaikolab env` prints a working set."


@dataclass(frozen=True, slots=True)
class Span:
    """Which numbers an optional setting takes, in `unit`; `default`: when it is left out."""

    default: float
    least: float
    most: float
    unit: str


OPTIONAL = {
    "SYNC_TIMEOUT": Span(15.0, 0.1, 3_600, "seconds"),
    "SYNC_INTERVAL_MINUTES": Span(5.0, 1, 1_440, "minutes"),
    "SYNC_ZERO_SHARE": Span(50.0, 1, 100, "percent"),
}
"""What this engine adds to the contract's variables; each may be left out."""


DEFAULT_SCHEMA = "zaikosync"


@dataclass(frozen=True, slots=True)
class Database:
    """Where many shops' state is kept; the URL has a password and never shows in a repr."""

    url: str = field(repr=False)
    schema: str = DEFAULT_SCHEMA


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a pass is told; the token never shows in a repr.

    `now` is None for the wall clock. Optional, and additions of this engine: `timeout`, how many seconds one answer is
    waited for (SYNC_TIMEOUT); `limits`: TEMPOSTAR's 送信間隔 in minutes (SYNC_INTERVAL_MINUTES), and how many percent
    of the linked stock one file may set to 0 (SYNC_ZERO_SHARE); `database`: where the state is kept instead of the
    folder (SYNC_DATABASE_URL, SYNC_DATABASE_SCHEMA); `csv`: how a stock file is read (SYNC_CSV).
    """

    shop_url: str
    shop_token: str = field(repr=False)
    ftps_host: str
    ftps_port: int
    ftps_tls: TlsMode
    ftps_ca: Path
    smtp_host: str
    smtp_port: int
    mail_from: str
    state_dir: Path
    now: datetime | None = None
    limits: Limits = field(default_factory=Limits)
    timeout: float = 15.0
    database: Database | None = None
    csv: Reader = Reader.AUTO

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Settings:
        """Read the settings, or raise `ConfigurationError` naming the variable, its value and the next step."""
        return cls(
            shop_url=_url(environ, "SYNC_SHOP_URL"),
            shop_token=_token(environ, "SYNC_SHOP_TOKEN"),
            ftps_host=_text(environ, "SYNC_FTPS_HOST"),
            ftps_port=_port(environ, "SYNC_FTPS_PORT"),
            ftps_tls=_tls_mode(environ, "SYNC_FTPS_TLS"),
            ftps_ca=_certificates(environ, "SYNC_FTPS_CA"),
            smtp_host=_text(environ, "SYNC_SMTP_HOST"),
            smtp_port=_port(environ, "SYNC_SMTP_PORT"),
            mail_from=_address(environ, "SYNC_MAIL_FROM"),
            state_dir=state_dir_from(environ),
            now=instant_from(environ),
            limits=Limits(
                interval=timedelta(minutes=_number(environ, "SYNC_INTERVAL_MINUTES")),
                zero_share=_number(environ, "SYNC_ZERO_SHARE") / 100,
            ),
            timeout=_number(environ, "SYNC_TIMEOUT"),
            database=database_from(environ),
            csv=_reader(environ, "SYNC_CSV"),
        )


def state_dir_from(environ: Mapping[str, str]) -> Path:
    """Read only where the state is kept: all that `zaikosync status` needs."""
    return Path(_text(environ, "SYNC_STATE_DIR"))


def database_from(environ: Mapping[str, str]) -> Database | None:
    """Read where the state of many shops is kept; None when it is kept in the folder."""
    url = environ.get("SYNC_DATABASE_URL", "").strip()
    if not url:
        return None
    try:
        parts = urlsplit(url)
        valid = parts.scheme in {"postgresql", "postgres"} and url.isprintable() and " " not in url
    except ValueError:
        valid = False
    if not valid:  # what it is stays unsaid: it may hold a password
        raise ConfigurationError(
            "SYNC_DATABASE_URL is not a PostgreSQL address; correct it to one such as "
            "postgresql://user:password@db.example:5432/zaiko, or unset it to keep the state in SYNC_STATE_DIR."
        )
    schema = environ.get("SYNC_DATABASE_SCHEMA", "").strip() or DEFAULT_SCHEMA
    if not re.fullmatch(r"(?!pg_)[a-z_][a-z0-9_]{0,47}", schema):
        raise ConfigurationError(
            f"SYNC_DATABASE_SCHEMA is {schema!r}, which is not a name of up to 48 small letters, digits and _ "
            "(a letter or _ first, not pg_); correct it, or unset it for zaikosync."
        )
    return Database(url, schema)


def instant_from(environ: Mapping[str, str]) -> datetime | None:
    """Read the lab's time; None for the wall clock."""
    return _instant(environ, "SYNC_NOW")


def _text(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "").strip()
    if not value:
        raise ConfigurationError(f"{name} is not set; set it in the environment. {_NEXT_STEP}")
    return value


def _wrong(name: str, value: str, what: str) -> ConfigurationError:
    return ConfigurationError(f"{name} is {value!r}, which is not {what}; correct it. {_NEXT_STEP}")


def _url(environ: Mapping[str, str], name: str) -> str:
    value = _text(environ, name)
    try:
        parts = urlsplit(value)
        valid = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0 and not parts.query
    except ValueError:
        valid = False
    if not valid:
        raise _wrong(name, value, "an http or https address such as http://127.0.0.1:8080/api/v1")
    return value


def _token(environ: Mapping[str, str], name: str) -> str:
    value = _text(environ, name)
    if not (value.isascii() and value.isprintable()):
        raise ConfigurationError(f"{name} has a character that no header can carry; copy the token again. {_NEXT_STEP}")
    return value


def _port(environ: Mapping[str, str], name: str) -> int:
    value = _text(environ, name)
    if not (value.isascii() and value.isdigit() and len(value) <= 5 and 1 <= int(value) <= 65_535):
        raise _wrong(name, value, "a port number from 1 to 65535")
    return int(value)


def _tls_mode(environ: Mapping[str, str], name: str) -> TlsMode:
    value = _text(environ, name)
    if value not in set(TlsMode):
        raise _wrong(name, value, "one of explicit, implicit")
    return TlsMode(value)


def _reader(environ: Mapping[str, str], name: str) -> Reader:
    value = environ.get(name, "").strip() or Reader.AUTO.value
    if value not in set(Reader):
        raise _wrong(name, value, "one of auto, plain, fast")
    if value == Reader.FAST and not is_available():
        raise ConfigurationError(
            f"{name} is 'fast', and polars is not installed; pip install 'zaikolab[fast]', or set {name} to auto."
        )
    return Reader(value)


def _certificates(environ: Mapping[str, str], name: str) -> Path:
    path = Path(_text(environ, name))
    try:
        trusting(path)
    except OSError as error:
        raise ConfigurationError(
            f"{name} is {str(path)!r}, which cannot be read as PEM certificates "
            f"({error.strerror or type(error).__name__}); give the path of the CA that signed "
            f"the FTPS server's certificate. {_NEXT_STEP}"
        ) from error
    return path


def _address(environ: Mapping[str, str], name: str) -> str:
    value = _text(environ, name)
    if "@" not in value.strip("@") or not value.isprintable():
        raise _wrong(name, value, "a mail address")
    return value


def _instant(environ: Mapping[str, str], name: str) -> datetime | None:
    value = environ.get(name, "").strip()
    if not value:
        return None
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise _wrong(name, value, "a time with an offset such as 2026-04-01T09:00:00+09:00")
    return instant


def _number(environ: Mapping[str, str], name: str) -> float:
    value, span = environ.get(name, "").strip(), OPTIONAL[name]
    if not value:
        return span.default
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not span.least <= number <= span.most:
        raise _wrong(name, value, f"a number of {span.unit} from {span.least} to {span.most}")
    return number
