"""The whole engine over its real adapters: commands, exit codes, secrets, and many passes in one process."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from contextlib import ExitStack
from dataclasses import asdict, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import SimpleQueue
from urllib.parse import parse_qs, urlsplit

import pytest

from reference import ConfigurationError, ExitCode, PassAlreadyRunningError, run_pass
from reference.adapters.state_sqlite import hold_lock
from reference.cli import keep_running, main
from reference.domain.linkage import LinkageState
from reference.domain.plan import Batch, Update
from reference.domain.report import Outcome
from tests.contract.reference.engine_ftps_server import PASSWORD, Authority, Mischief, serve
from tests.inbox import open_inbox
from tests.unit.reference.engine_fakes import OPENING, FakeShop, stock_csv

TOKEN = "token-never-shown"


class Company:
    """A shop, an FTPS area and an inbox, each behind its real protocol."""

    def __init__(self, root, authority, stack):
        self.shop, self.mails, self.mischief = FakeShop(), [], Mischief()
        self.shop.linkages = [replace(self.shop.linkages[0], ftp_password=PASSWORD)]
        self.shop.add("A-1")
        self.folder = root / "area" / "netstock" / "20001"
        self.folder.mkdir(parents=True)
        self.orders = root / "area" / "netorder" / "20001"
        (self.orders / "log").mkdir(parents=True)
        ftps_port = stack.enter_context(serve(root / "area", authority.issue(), self.mischief))
        self.environ = {
            "SYNC_SHOP_URL": f"http://127.0.0.1:{stack.enter_context(serve_shop(self.shop))}/api/v1",
            "SYNC_SHOP_TOKEN": TOKEN,
            "SYNC_FTPS_HOST": "127.0.0.1",
            "SYNC_FTPS_PORT": str(ftps_port),
            "SYNC_FTPS_TLS": "explicit",
            "SYNC_FTPS_CA": str(authority.ca),
            "SYNC_SMTP_HOST": "127.0.0.1",
            "SYNC_SMTP_PORT": str(self._open_inbox(stack)),
            "SYNC_MAIL_FROM": "sync@zaiko.example",
            "SYNC_STATE_DIR": str(root / "state"),
            "SYNC_NOW": "2026-04-01T09:00:00+09:00",
            "SYNC_TIMEOUT": "60",
        }

    def put(self, *rows):
        (self.folder / "stock.csv").write_bytes(stock_csv(*rows))

    def _open_inbox(self, stack):
        mails = self.mails

        class Inbox:
            async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - the name aiosmtpd calls
                mails.append(envelope.content)
                return "250 OK"

        return stack.enter_context(open_inbox(Inbox()))


class serve_shop:  # noqa: N801 - used as a function
    """Put a FakeShop behind HTTP."""

    def __init__(self, shop):
        self.httpd = ThreadingHTTPServer(("127.0.0.1", 0), make_handler(shop))
        self.thread = threading.Thread(target=self.httpd.serve_forever, args=(0.01,))

    def __enter__(self):
        self.thread.start()
        return self.httpd.server_port

    def __exit__(self, *_):
        self.httpd.shutdown()
        self.thread.join()
        self.httpd.server_close()


def make_handler(shop):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path.endswith("/linkages"):
                linkages = shop.fetch_linkages()
                self.answer({"linkages": [asdict(one) | {"saved_at": "2026-04-01T09:00:00+09:00"} for one in linkages]})
            elif "/orders?" in self.path:
                after = int(parse_qs(urlsplit(self.path).query)["after"][0])
                orders = [asdict(one) for one in shop.fetch_orders("7", after)]
                self.answer({"orders": [one | {"ordered_at": one["ordered_at"].isoformat()} for one in orders]})
            else:
                self.answer({"variants": [asdict(one) for one in shop.fetch_variants("7")], "next_cursor": None})

        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path.endswith("/runs"):
                shop.runs.append(body)
                shop.linkages = [replace(one, sync_now=False) for one in shop.linkages]
                self.answer({})
            else:
                updates = tuple(Update(one["variant_code"], one["stock"]) for one in body["updates"])
                receipt = shop.send_stock("7", Batch(self.headers["Idempotency-Key"], updates, OPENING))
                rejected = [{"variant_code": code, "reason": reason} for code, reason in receipt.rejected]
                self.answer({"updated": receipt.updated, "unchanged": receipt.unchanged, "rejected": rejected})

        def answer(self, body):
            content = json.dumps(body).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    return Handler


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("ca"), "engine-whole-ca")


@pytest.fixture
def company(tmp_path, authority):
    with ExitStack() as stack:
        yield Company(tmp_path, authority, stack)


def test_carries_stock_from_the_area_to_the_shop(company):
    company.put(("A-1", 3))
    report = run_pass(company.environ)
    assert (report.exit_code, report.linkages[0].outcome) == (ExitCode.OK, Outcome.SYNCED)
    assert company.shop.stock_of("A-1") == [3]
    assert company.shop.runs[0]["started_at"] == "2026-04-01T09:00:00+09:00"


def test_many_passes_in_one_process_remember_one_another(company):
    company.put(("A-1", 3))
    outcomes = [run_pass(company.environ).linkages[0].outcome for _ in range(3)]
    assert outcomes == [Outcome.SYNCED, Outcome.NOTHING_NEW, Outcome.NOTHING_NEW]
    assert len(company.shop.requests) == 1


def test_carries_orders_from_the_shop_to_the_area_and_holds_their_units_back(company):
    company.shop.set_stock("A-1", 5)
    company.shop.buy("A-1", 2)
    company.put(("A-1", 5))
    assert run_pass(company.environ).linkages[0].counts.orders == 1
    assert run_pass(company.environ).linkages[0].counts.orders == 0
    (file,) = (path for path in company.orders.iterdir() if path.is_file())
    assert (file.name, company.shop.stock_of("A-1")) == ("order20260401090000_IDutf8.csv", [3])
    assert '"20001-RC1"' in file.read_text(encoding="utf-8")


def test_an_area_without_a_place_for_orders_syncs_stock_and_says_so(company, capsys):
    (company.orders / "log").rmdir()
    company.orders.rmdir()
    company.shop.set_stock("A-1", 5)
    company.shop.buy("A-1", 2)
    company.put(("A-1", 9))
    assert main(["once"], company.environ) == 1
    assert company.shop.stock_of("A-1") == [7]
    assert main(["status"], company.environ) == 1
    told = capsys.readouterr().out
    assert "order handover failed" in told
    assert re.search(r"orders that wait +1\b", told)
    assert main(["status", "--json"], company.environ) == 1
    assert json.loads(capsys.readouterr().out)["linkages"][0]["waiting_orders"] == 1


def pass_at(company, minute, *rows, **environ):
    """Make a pass some minutes after nine, on a file of that very time; return its report of the linkage."""
    company.put(*rows)
    os.utime(company.folder / "stock.csv", (1_775_001_600 + minute * 60,) * 2)
    return run_pass(company.environ | {"SYNC_NOW": f"2026-04-01T09:{minute:02}:00+09:00"} | environ).linkages[0]


def test_a_file_that_may_have_been_overwritten_unread_is_said_until_all_has_come_again(company, capsys):
    company.shop.add("B-2")
    pass_at(company, 0, ("A-1", 3), ("B-2", 1))
    pass_at(company, 10, ("B-2", 2))
    environ = company.environ | {"SYNC_NOW": "2026-04-01T09:11:00+09:00"}
    assert main(["once", "--json"], environ) == 0
    answer = json.loads(capsys.readouterr().out)["linkages"][0]
    assert (answer["missed_news"], answer["caught_up"]) == ({"since": "2026-04-01T09:00:00+09:00"}, False)
    main(["once"], environ)
    assert "may have been overwritten unread; do 一括同期." in capsys.readouterr().err
    company.put(("A-1", 4))
    os.utime(company.folder / "stock.csv", (1_775_001_600 + 11 * 60,) * 2)
    main(["once"], environ)
    assert "all that may have been missed has come again" in capsys.readouterr().err


def test_the_interval_comes_from_the_environment(company):
    company.shop.add("B-2")
    pass_at(company, 0, ("A-1", 3), ("B-2", 1))
    assert pass_at(company, 10, ("A-1", 4), SYNC_INTERVAL_MINUTES="10").missed is None
    assert pass_at(company, 20, ("A-1", 5), SYNC_INTERVAL_MINUTES="8.5").missed is not None


def test_the_share_of_zeros_comes_from_the_environment(company):
    codes = [f"SKU-{number}" for number in range(40)]
    for code in codes:
        company.shop.add(code, 5)
    pass_at(company, 0, *((code, 5) for code in codes))
    zeros = [(code, 0) for code in codes[:25]]
    assert pass_at(company, 5, *zeros, SYNC_ZERO_SHARE="60").outcome is Outcome.FAILED
    assert pass_at(company, 10, *zeros, SYNC_ZERO_SHARE="63").outcome is Outcome.SYNCED


def test_as_a_library_it_prints_nothing_even_when_it_tries_again(company, capfd):
    company.put(("A-1", 3))
    company.mischief.drop_before, company.mischief.drop_times = "RETR", 1
    assert run_pass(company.environ).exit_code is ExitCode.OK
    assert company.mischief.drop_times == 0
    assert capfd.readouterr() == ("", "")


def test_a_failure_ends_with_one_mail_and_no_secret_anywhere(company, capsys, tmp_path):
    company.shop.linkages = [replace(company.shop.linkages[0], ftp_password="wrong-and-secret")]
    assert [main(["once"], company.environ), main(["once", "--json"], company.environ)] == [1, 1]
    assert len(company.mails) == 1
    told = "".join(capsys.readouterr()) + str(company.shop.runs)
    state = b"".join(path.read_bytes() for path in (tmp_path / "state").iterdir())
    for secret in ("wrong-and-secret", TOKEN):
        assert secret not in told
        assert secret.encode() not in state + company.mails[0]


def test_once_answers_in_json_on_stdout_only(company, capsys):
    company.put(("A-1", 3), ("GONE", 1))
    assert main(["once", "--json"], company.environ) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["linkages"][0]["counts"] == {
        "updated": 1,
        "unchanged": 0,
        "unmatched": 1,
        "ambiguous": 0,
        "bad_rows": 0,
        "orders": 0,
    }


def test_once_prints_a_table_for_people(company, capsys):
    assert main(["once"], company.environ) == 0
    assert "no stock file yet" in capsys.readouterr().out


def test_status_shows_what_is_remembered(company, capsys):
    company.put(("A-1", 3))
    main(["once"], company.environ)
    capsys.readouterr()
    assert main(["status", "--json"], company.environ) == 0
    linkage = json.loads(capsys.readouterr().out)["linkages"][0]
    assert (linkage["last_file"]["name"], linkage["incident"]) == ("stock.csv", None)
    assert main(["status"], company.environ) == 0
    assert "2026-04-01 09:00:00" in capsys.readouterr().out


def test_status_tells_every_time_in_japan(company, capsys):
    company.put(("A-1", 3))
    os.utime(company.folder / "stock.csv", (1_775_001_600, 1_775_001_600))
    main(["once"], company.environ)
    main(["status"], company.environ)
    assert "stock.csv, written 2026-04-01 09:00:00" in capsys.readouterr().out


def test_status_before_any_pass_says_what_to_do(company, capsys):
    assert main(["status"], company.environ) == 1
    assert "run `zaikosync once` first" in capsys.readouterr().err


def test_an_unconfigured_engine_ends_with_2_and_one_sentence(capsys):
    assert main(["once"], {}) == 2
    assert capsys.readouterr().err.startswith("zaikosync: SYNC_SHOP_URL is not set")
    with pytest.raises(ConfigurationError):
        run_pass({})


def test_a_second_pass_at_the_same_time_ends_with_1_and_one_sentence(company, tmp_path, capsys):
    (tmp_path / "state").mkdir()
    with hold_lock(tmp_path / "state"):
        assert main(["once"], company.environ) == 1
        with pytest.raises(PassAlreadyRunningError):
            run_pass(company.environ)
    assert capsys.readouterr().err.startswith("zaikosync: Another pass is already running")


class BrokenEnvironment(dict):
    """Something nobody has thought of: it breaks when it is read."""

    def get(self, *_):
        raise ZeroDivisionError("details")


def test_a_fault_of_the_engine_itself_shows_no_traceback_unless_asked(capsys):
    assert main(["once"], BrokenEnvironment()) == 1
    (told,) = capsys.readouterr().err.splitlines()
    assert told.startswith(
        "zaikosync: unexpected ZeroDivisionError; this is a fault of zaikosync; set ZAIKOSYNC_DEBUG=1"
    )
    main(["once"], BrokenEnvironment(ZAIKOSYNC_DEBUG="1"))
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["nonsense"], ["once", "--nonsense"], ["run", "--interval", "0"]], ids=str)
def test_wrong_usage_ends_with_2(arguments):
    assert main(arguments) == 2


@pytest.mark.parametrize(
    "arguments", [[], ["--help"], ["once", "--help"], ["run", "--help"], ["status", "--help"]], ids=str
)
def test_help_has_an_example(arguments, capsys):
    assert main(arguments) == 0
    assert "Example:" in capsys.readouterr().out


class StopAfter(SimpleQueue):
    """Has something once a condition holds; looks at it whenever it is waited for."""

    def __init__(self, condition, looks=200):
        super().__init__()
        self.condition, self.looks = condition, looks

    def get(self, block=True, timeout=0.0):
        self.looks -= 1
        if self.condition() or self.looks < 0:
            self.put(None)
        return super().get(block, min(timeout, 0.01))


def test_run_passes_at_once_when_a_linkage_was_saved(company):
    company.put(("A-1", 3))

    def save_again_then_stop():
        if len(company.shop.runs) == 1:
            company.shop.linkages = [replace(company.shop.linkages[0], sync_now=True)]
        return len(company.shop.runs) >= 2

    keep_running(company.environ, StopAfter(save_again_then_stop), interval=3600, poll=0.01)
    assert len(company.shop.runs) == 2


def test_run_leaves_a_paused_linkage_alone_though_it_asks(company):
    company.shop.linkages = [replace(company.shop.linkages[0], state=LinkageState.PAUSED, sync_now=True)]
    keep_running(company.environ, StopAfter(lambda: False, looks=5), interval=3600, poll=0.01)
    assert company.mischief.commands == []


def test_run_makes_no_pass_for_a_linkage_of_another_service_that_asks(company, capsys):
    company.shop.linkages = [replace(company.shop.linkages[0], service="other", sync_now=True)]
    keep_running(company.environ, StopAfter(lambda: False, looks=5), interval=3600, poll=0.01)
    assert capsys.readouterr().out.count("skipped") == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_run_ends_with_0_when_it_is_asked_to_stop(company, number):
    command = [sys.executable, "-m", "reference.cli", "run", "--interval", "3600", "--poll", "0.2"]
    with subprocess.Popen(command, env={**os.environ, **company.environ}, stderr=subprocess.PIPE) as process:
        try:
            for _ in range(6_000):
                if company.shop.runs:
                    break
                with pytest.raises(subprocess.TimeoutExpired):
                    process.wait(0.01)
            process.send_signal(number)
            _, told = process.communicate(timeout=30)
        finally:
            process.kill()
    assert (process.returncode, b"Traceback" in told, len(company.shop.runs)) == (0, False, 1)
