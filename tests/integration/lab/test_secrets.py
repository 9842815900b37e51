"""One busy history, and everything the lab and the engine said about it: no password, no token, nobody's address.

Where such things have to be, they may: `credentials` and `env`, the orders of both APIs, order files, the stores.
"""

from __future__ import annotations

import dataclasses
import ftplib
import gc
import json
import os
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import urllib3

import reference
from simulator.cli import run
from simulator.config import LabConfig
from simulator.errors import LabError
from simulator.lab import Lab
from simulator.roomclip.sales import Buyer

BUYER = Buyer(
    "買手　秘子", "カイテ　ヒメコ", "987-6543", "秘密県内緒市９－８－７", "09-8765-4321", "himeko@secret.example"
)
WRONG = "wrong-Passw0rd-typed"
NOT_OURS = "not-our-token-0123456789"
BROWSER = {"Accept": "text/html"}
ONCE, STATUS = ("-m", "reference.cli", "once"), ("-m", "reference.cli", "status", "--json")
BURST = """
import os
from reference.bootstrap import run_pass

def burst(sync):
    raise RuntimeError(repr(sync))

run_pass(os.environ, adjust=burst)
"""


@dataclass
class Heard:
    """What was said, by who said it."""

    said: dict[str, list[str]] = field(default_factory=dict)

    def note(self, source: str, text: object) -> None:
        self.said.setdefault(source, []).append(str(text))

    def leaks(self, secrets: dict[str, str]) -> list[tuple[str, str]]:
        return [
            (source, name)
            for source, texts in self.said.items()
            for name, secret in secrets.items()
            if any(secret in text for text in texts)
        ]


@dataclass
class History:
    """A lab that has seen much, what was heard of it, and what nobody may have heard."""

    lab: Lab
    heard: Heard
    state_dir: Path
    held: list[Any]

    def secrets(self) -> dict[str, str]:
        linkage = self.lab.roomclip.linkage("1")
        account = self.lab.tempostar.ftp_account()
        assert linkage is not None
        assert account is not None
        return {
            "FTP password": account.password,
            "wrong password": WRONG,
            "API token": self.lab.roomclip.api_token(),
            "wrong token": NOT_OURS,
            "URL token": linkage.url_token,
            "key of pushes": linkage.auth_key,
            **{f"buyer's {name}": value for name, value in dataclasses.asdict(BUYER).items()},
        }


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[History]:
    folder = tmp_path_factory.mktemp("busy")
    with Lab(LabConfig(data_dir=folder / "lab")) as lab:
        lived = History(lab, Heard(), folder / "engine", [])
        furnish(lab)
        for happening in (
            pass_goes_well,
            order_goes_round,
            order_is_refused,
            passwords_are_wrong,
            strangers_ask,
            engine_breaks,
        ):
            happening(lived)
        yield lived


def furnish(lab: Lab) -> None:
    shop = lab.tempostar.add_shop("RoomClipShopping", "RCs")
    lab.tempostar.update_stock_settings(shop.shop_code, reflection="起動", order_intake="起動", file_suffix="なし")
    lab.seed(10)
    save(lab, lab.tempostar.issue_ftp_password().password)


def save(lab: Lab, password: str, shop_code: str = "20001") -> None:
    if lab.roomclip.linkage("1") is None:
        lab.roomclip.apply_for_linkage("1")
    lab.roomclip.save_linkage("1", ftp_user="10001_0", ftp_password=password, shop_code=shop_code)


def engine_runs(lived: History, *command: str, **changes: str) -> int:
    """A pass, or another command of the engine, as a process; its exit code."""
    environment = os.environ | lived.lab.engine_environment(lived.state_dir) | changes
    ran = subprocess.run(
        [sys.executable, *(command or ONCE)], env=environment, capture_output=True, text=True, timeout=60
    )
    lived.heard.note("engine's output", ran.stdout + ran.stderr)
    return ran.returncode


def refused(lived: History, attempt: Callable[[], object]) -> None:
    with pytest.raises(LabError) as caught:
        attempt()
    lived.heard.note("errors", f"{caught.value} {caught.value!r}")


def pass_goes_well(lived: History) -> None:
    lived.lab.next_pass()
    assert engine_runs(lived) == 0


def buy_one(lived: History, buyer: Buyer) -> None:
    variant = next(
        one for one in lived.lab.roomclip.variants("1").variants if one.stock and one.listing_status == "公開"
    )
    lived.held.append(lived.lab.roomclip.purchase("1", [(variant.variant_id, 1)], buyer=buyer))


def order_goes_round(lived: History) -> None:
    buy_one(lived, BUYER)
    for _ in range(3):
        assert engine_runs(lived) == 0
        lived.lab.next_pass()
    assert engine_runs(lived) == 0
    assert lived.lab.tempostar.orders().total == 1


def order_is_refused(lived: History) -> None:
    """By TEMPOSTAR, whose log beside the file shows what stood in the fields."""
    buy_one(lived, dataclasses.replace(BUYER, name=BUYER.name * 50, mail=BUYER.mail * 50))
    assert engine_runs(lived) == 0
    lived.lab.next_pass()
    assert engine_runs(lived) == 0
    assert "注文の確認" in lived.lab.mailbox.mails()[0].subject
    assert lived.lab.tempostar.orders().total == 1


def passwords_are_wrong(lived: History) -> None:
    lab = lived.lab
    right = lab.tempostar.ftp_account().password
    save(lab, WRONG)
    assert engine_runs(lived) == 1
    assert lab.mailbox.count() > 0
    save(lab, right, "99999")
    assert engine_runs(lived) == 1
    save(lab, right)
    assert engine_runs(lived) == 0
    context = ssl.create_default_context(cafile=str(lab.endpoints.ca_file))
    for user in ("10001_0", WRONG, f"10001_0 {WRONG}", f"{WRONG}_0"):
        with ftplib.FTP_TLS(context=context, timeout=30) as client:
            client.connect(lab.endpoints.host, lab.endpoints.ftps_port)
            with suppress(ftplib.Error):
                client.login(user, WRONG)
    refused(lived, lambda: save(lab, "a" * 300 + right))
    refused(lived, lambda: save(lab, right, "shop"))
    refused(lived, lambda: lab.roomclip.request_sync(NOT_OURS))


def strangers_ask(lived: History) -> None:
    lab, url = lived.lab, lived.lab.endpoints.http_url
    linkage = lab.roomclip.linkage("1")
    bearer, strange = ({"Authorization": f"Bearer {one}"} for one in (lab.roomclip.api_token(), NOT_OURS))
    path = linkage.stock_update_path
    for method, address, headers, body in (
        ("GET", "/api/v1/linkages", strange, None),
        ("GET", "/api/v1/nothing", bearer, None),
        ("POST", "/api/v1/shops/1/stock", bearer, {"updates": [{"variant_code": "x", "stock": "many"}]}),
        ("POST", "/api/v1/linkages/1/runs", bearer, {"outcome": "fine"}),
        ("GET", path, BROWSER, None),
        ("HEAD", path, BROWSER, None),
        ("POST", path, BROWSER, None),
        ("GET", f"{path}?StoreAccount=x&Code=A&Stock=1&ts=1&.sig=0", {}, None),
        ("GET", f"/roomclip/stock-update/{NOT_OURS}", {}, None),
        ("GET", "/nothing", BROWSER, None),
        ("GET", "/lab/v1/nothing", BROWSER, None),
        ("POST", "/lab/v1/roomclip/shops/1/purchases", {}, {"lines": [], "buyer": dataclasses.asdict(BUYER)}),
        ("POST", "/lab/v1/roomclip/shops/1/purchases", {}, {"lines": 5, "buyer": {"name": [BUYER.name]}}),
        ("PUT", "/lab/v1/roomclip/shops/1/linkage", {}, {"ftp_user": "u", "ftp_password": WRONG, "shop_code": "x"}),
        ("PUT", "/lab/v1/roomclip/shops/1/linkage", {}, {"ftp_user": "u", "ftp_password": [WRONG], "shop_code": "1"}),
        ("GET", "/lab/v1/state", {}, None),
        ("GET", "/lab/v1/roomclip/linkages", {}, None),
        ("GET", "/lab/v1/tempostar/shops", {}, None),
    ):
        answer = urllib3.request(method, url + address, headers=headers, json=body, retries=False, timeout=30)
        said = answer.data.decode("utf-8", "replace")
        if address.startswith("/lab/v1/roomclip/linkages"):
            said = said.replace(path, "")  # the merchant's console shows it, and so does this (guide 5.3)
        lived.heard.note(f"answer to {method} {address.partition('?')[0].replace(linkage.url_token, '***')}", said)


def engine_breaks(lived: History) -> None:
    """Out of reach, not configured, with a state folder that is a file; and by an exception that tells all it has."""
    blocked = lived.state_dir.with_name("a-file")
    blocked.write_text("", encoding="ascii")
    for changes in (
        {"SYNC_FTPS_PORT": "1"},
        {"SYNC_SHOP_TOKEN": NOT_OURS},
        {"SYNC_SHOP_URL": "nonsense"},
        {"SYNC_STATE_DIR": str(blocked)},
        {"SYNC_FTPS_CA": str(blocked)},
    ):
        assert engine_runs(lived, **changes) != 0, changes
    assert engine_runs(lived) == 0
    assert engine_runs(lived, *STATUS) == 0
    assert engine_runs(lived, "-c", BURST) == 1


def test_the_history_was_a_busy_one(history):
    kinds = {entry.kind for entry in history.lab.journal.read(limit=10_000)}
    assert {"ftps.login", "ftps.command", "http.request", "mail.received", "order.placed"} <= kinds
    assert len(history.lab.mailbox.mails()) >= 3
    assert "Traceback" in "".join(history.heard.said["engine's output"]), "what an engine says that bursts"


def test_errors_answers_and_the_engines_output_tell_no_secret(history):
    assert history.heard.leaks(history.secrets()) == []


def test_the_journal_tells_no_secret(history):
    heard = Heard()
    for entry in history.lab.journal.read(limit=100_000):
        heard.note(entry.kind, json.dumps(entry.as_json(), ensure_ascii=False))
    assert heard.leaks(history.secrets()) == []


def test_mails_tell_no_secret(history):
    heard = Heard()
    for mail in history.lab.mailbox.mails():
        heard.note(f"mail {mail.subject}", f"{mail.subject} {mail.body} {mail.raw!r} {mail.sender} {mail.recipients}")
    assert heard.leaks(history.secrets()) == []


@pytest.mark.parametrize(
    "command",
    [
        ("status",),
        ("journal", "--last", "10000"),
        ("mail",),
        ("mail", "1"),
        ("clock",),
        ("doctor",),
        ("snapshot", "list"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("as_json", [False, True])
def test_commands_tell_no_secret(history, capsys, command, as_json):
    arguments = ["--lab", history.lab.endpoints.http_url, *command, *(["--json"] if as_json else [])]
    run(arguments)
    heard = Heard()
    said = capsys.readouterr()
    heard.note(" ".join(command), said.out + said.err)
    assert said.out
    assert heard.leaks(history.secrets()) == []


def test_run_reports_tell_no_secret(history):
    heard = Heard()
    runs = history.lab.roomclip.runs("1")
    assert len(runs) > 5
    for one in runs:
        heard.note("連携履歴", one)
    assert heard.leaks(history.secrets()) == []


def test_the_engines_folder_keeps_no_password_no_token_and_nobody_whose_order_is_done(history):
    heard = Heard()
    for file in history.state_dir.rglob("*"):
        if file.is_file():
            heard.note(file.name, file.read_bytes().decode("utf-8", "replace"))
    assert "state.sqlite" in heard.said
    assert heard.leaks(history.secrets()) == []


def test_no_value_shows_a_secret_when_it_is_printed(history):
    """Every dataclass of lab and engine that is alive with these services, as a log or a traceback would print it."""
    lab, environment = history.lab, history.lab.engine_environment(history.state_dir)
    from reference.config import Settings

    kept = [
        Settings.from_environ(environment), reference.run_pass(environment), lab.roomclip.linkages(),
        lab.roomclip.linkage("1"), lab.tempostar.ftp_account(), lab.tempostar.orders(), lab.mailbox.mails(), lab.config,
        lab.roomclip.orders("1", 0, 10), lab.roomclip.runs("1"), lab.endpoints, history.held, BUYER,
    ]  # fmt: skip
    heard = Heard()
    for one in gc.get_objects():
        kind = type(one)
        if dataclasses.is_dataclass(kind) and kind.__module__.split(".")[0] in {"simulator", "reference"}:
            heard.note(f"{kind.__module__}.{kind.__name__}", repr(one))
    assert {"simulator.roomclip.sales.Order", "reference.config.Settings"} <= set(heard.said)
    assert heard.leaks(history.secrets()) == []
    assert kept
