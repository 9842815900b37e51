"""Settings: what is missing or wrong is named, with its value and the next step; secrets never show."""

from __future__ import annotations

import pytest

from reference.bootstrap import bootstrap
from reference.config import Settings
from reference.domain.fast_stock_file import Reader
from reference.errors import ConfigurationError
from tests.contract.reference.engine_ftps_server import Authority

REQUIRED = [
    "SYNC_SHOP_URL",
    "SYNC_SHOP_TOKEN",
    "SYNC_FTPS_HOST",
    "SYNC_FTPS_PORT",
    "SYNC_FTPS_TLS",
    "SYNC_FTPS_CA",
    "SYNC_SMTP_HOST",
    "SYNC_SMTP_PORT",
    "SYNC_MAIL_FROM",
    "SYNC_STATE_DIR",
]


@pytest.fixture(scope="module")
def environ(tmp_path_factory):
    return {
        "SYNC_SHOP_URL": "http://127.0.0.1:8080/api/v1",
        "SYNC_SHOP_TOKEN": "token-never-shown",
        "SYNC_FTPS_HOST": "127.0.0.1",
        "SYNC_FTPS_PORT": "2121",
        "SYNC_FTPS_TLS": "explicit",
        "SYNC_FTPS_CA": str(Authority(tmp_path_factory.mktemp("ca"), "config-ca").ca),
        "SYNC_SMTP_HOST": "127.0.0.1",
        "SYNC_SMTP_PORT": "2525",
        "SYNC_MAIL_FROM": "sync@zaiko.example",
        "SYNC_STATE_DIR": "/nowhere/yet",
        "SYNC_NOW": "2026-04-01T09:00:00+09:00",
    }


def test_reads_a_whole_set_and_hides_the_token(environ):
    settings = Settings.from_environ(environ)
    assert (settings.ftps_port, settings.smtp_port, settings.ftps_tls.value) == (2121, 2525, "explicit")
    assert settings.now.isoformat() == "2026-04-01T09:00:00+09:00"
    assert "token-never-shown" not in repr(settings)


def test_the_time_is_the_wall_clock_when_none_is_given(environ):
    assert Settings.from_environ(environ | {"SYNC_NOW": ""}).now is None


@pytest.mark.parametrize("name", REQUIRED)
@pytest.mark.parametrize("value", [None, "", "  "])
def test_a_missing_setting_is_named(environ, name, value):
    partial = {key: given for key, given in environ.items() if key != name}
    if value is not None:
        partial[name] = value
    with pytest.raises(ConfigurationError, match=f"{name} is not set; set it"):
        Settings.from_environ(partial)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SYNC_SHOP_URL", "ftp://127.0.0.1/"),
        ("SYNC_SHOP_URL", "http://[::1"),
        ("SYNC_SHOP_URL", "http://127.0.0.1:99999/"),
        ("SYNC_FTPS_PORT", "0"),
        ("SYNC_FTPS_PORT", "65536"),
        ("SYNC_FTPS_PORT", "２１"),
        ("SYNC_SMTP_PORT", "smtp"),
        ("SYNC_FTPS_TLS", "none"),
        ("SYNC_FTPS_CA", "/no/such/file.pem"),
        ("SYNC_FTPS_CA", "/"),
        ("SYNC_MAIL_FROM", "nobody"),
        ("SYNC_NOW", "2026-04-01T09:00:00"),
        ("SYNC_NOW", "yesterday"),
        ("SYNC_TIMEOUT", "0"),
        ("SYNC_TIMEOUT", "nan"),
        ("SYNC_INTERVAL_MINUTES", "0"),
        ("SYNC_INTERVAL_MINUTES", "1441"),
        ("SYNC_ZERO_SHARE", "0"),
        ("SYNC_ZERO_SHARE", "half"),
        ("SYNC_CSV", "quick"),
    ],
)
def test_a_wrong_setting_is_named_with_its_value(environ, name, value):
    with pytest.raises(ConfigurationError) as refusal:
        Settings.from_environ(environ | {name: value})
    assert str(refusal.value).startswith(f"{name} is {value!r}, which")


def test_a_file_that_holds_no_certificate_is_refused(environ, tmp_path):
    empty = tmp_path / "empty.pem"
    empty.write_text("no certificate")
    with pytest.raises(ConfigurationError, match="PEM"):
        Settings.from_environ(environ | {"SYNC_FTPS_CA": str(empty)})


def test_a_wrong_token_is_not_quoted(environ):
    with pytest.raises(ConfigurationError) as refusal:
        Settings.from_environ(environ | {"SYNC_SHOP_TOKEN": "geheim\u00e9"})
    assert "geheim" not in str(refusal.value)


@pytest.mark.parametrize("reader", Reader)
def test_stock_files_are_read_as_is_asked(environ, reader):
    assert Settings.from_environ(environ | {"SYNC_CSV": reader.value}).csv is reader
    assert Settings.from_environ(environ).csv is Reader.AUTO


def test_what_is_told_of_progress_comes_from_download_and_sending(environ, tmp_path):
    told = []
    with bootstrap(
        Settings.from_environ(environ | {"SYNC_STATE_DIR": str(tmp_path)}), tell=lambda *news: told.append(news)
    ) as sync:
        sync.tell("a", 1, 2)
        sync.stock_area.tell("b", 1, 2)
    assert told == [("a", 1, 2), ("b", 1, 2)]
