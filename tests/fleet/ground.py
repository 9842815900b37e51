"""A shop API, an FTPS area and an inbox of many shops, which see what no engine may do: two passes of one shop at once.

Stock files get times of their own, one second after the other: as many as a test likes, without waiting.
"""

from __future__ import annotations

import json
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import monotonic
from urllib.parse import parse_qs, urlsplit

from pyftpdlib.authorizers import AuthenticationFailed, DummyAuthorizer

from tests.contract.reference.engine_ftps_server import Authority, Mischief, serve
from tests.inbox import open_inbox
from tests.unit.reference.engine_fakes import stock_csv

PASSWORD = "never-shown"
_PAGING = ("changed_after", "cursor")
FIRST_FILE = 1_775_001_600
TOKEN = "token-never-shown"
LIMIT = 60.0


@dataclass
class ShopOf:
    """One shop as RoomClip has it, and what its engine did."""

    number: int
    stock: dict[str, int]
    paused: bool = False
    sync_now: bool = True
    password: str = PASSWORD
    runs: list[dict[str, object]] = field(default_factory=list)
    sendings: int = 0
    revision: int = 1
    revisions: dict[str, int] = field(default_factory=dict)
    """Of each code that was set, the revision it was set in."""
    readings: list[str] = field(default_factory=list)
    """What of its variants was asked for, page by page."""
    answered: set[str] = field(default_factory=set)
    files: int = 0
    wanted: dict[str, int] = field(default_factory=dict)

    @property
    def user(self) -> str:
        return f"{self.number}_0"

    def as_linkage(self) -> dict[str, object]:
        return {
            "id": str(self.number), "shop_id": str(self.number), "service": "tempostar",
            "state": "paused" if self.paused else "active", "ftp_user": self.user, "ftp_password": self.password,
            "shop_code": str(self.number), "notify_to": f"owner-{self.number}@shop.example",
            "saved_at": "2026-04-01T09:00:00+09:00", "sync_now": self.sync_now,
        }  # fmt: skip

    def set(self, stock: dict[str, int]) -> None:
        """Set stock in one transaction."""
        self.revision += 1
        self.stock |= stock
        self.revisions |= dict.fromkeys(stock, self.revision)

    def page(self, limit: int, after: str, cursor: str) -> dict[str, object]:
        """A page of the variants that were set after a revision, or of all when it is 0."""
        self.readings.append(f"after {after}" if int(after) else "all")
        names = [name for name in sorted(self.stock) if self.revisions.get(name, 1) > int(after)]
        start = int(cursor)
        following = str(start + limit) if len(names) > start + limit else None
        return {"next_cursor": following, "revision": self.revision, "variants": [
            {"variant_id": name, "variant_code": name, "stock": self.stock[name], "listing_status": "公開"}
            for name in names[start : start + limit]
        ]}  # fmt: skip


class Ground:
    """The world of a fleet; `moments` counts what an engine did, `overlaps` what two did at once to one shop."""

    def __init__(self, folder: Path, shops: int, skus: int = 3) -> None:
        self.folder = folder
        self.shops = {str(number): ShopOf(number, {}) for number in range(20001, 20001 + shops)}
        self.mails: list[tuple[str, str, str]] = []
        """Who got it, its subject, its Message-ID."""
        self.moments = 0
        self.overlaps: list[str] = []
        self.busy_with_429 = False
        self.refused = 0
        self.lists = 0
        self.slow: dict[str, threading.Event] = {}
        """Shops whose requests wait for an event."""
        self.slow_stock: dict[str, threading.Event] = {}
        """Shops that set stock at once, and wait for an event before they say so."""
        self._under_way: Counter[tuple[str, str]] = Counter()
        self._changed = threading.Condition()
        for code, shop in self.shops.items():
            shop.stock = {f"{code}-{number}": 0 for number in range(skus)}
            (self.area(code) / "netorder" / code / "log").mkdir(parents=True)
            (self.area(code) / "netstock" / code).mkdir(parents=True)

    def area(self, code: str) -> Path:
        return self.folder / "area" / code

    def put_file(self, code: str, level: int) -> None:
        """Write a new stock file, in which every code has this level."""
        shop = self.shops[code]
        shop.files += 1
        shop.wanted = dict.fromkeys(shop.stock, level)
        self.put_bytes(code, stock_csv(*shop.wanted.items()))

    def put_bytes(self, code: str, content: bytes) -> None:
        path = self.area(code) / "netstock" / code / "stock.csv"
        part = path.with_name(".part")
        part.write_bytes(content)
        os.utime(part, (FIRST_FILE + self.shops[code].files,) * 2)
        part.replace(path)

    def behind(self) -> list[str]:
        """The shops whose stock is not what their last file says."""
        return [code for code, shop in self.shops.items() if shop.wanted and shop.stock != shop.wanted]

    def wait_until(self, condition: Callable[[], object], limit: float = LIMIT) -> None:
        """Wait for something that an engine's doing brings about."""
        until = monotonic() + limit
        with self._changed:
            while not condition():
                left = until - monotonic()
                assert left > 0, f"not within {limit:g} s: {[(s.number, len(s.runs)) for s in self.shops.values()]}"
                self._changed.wait(min(left, 0.25))

    def waits(self, code: str) -> bool:
        """Tell whether a request of a slow shop is under way."""
        return bool(self._under_way["http", code])

    @contextmanager
    def seen(self, what: str, code: str) -> Iterator[None]:
        """Something begins, and ends, that a pass of this shop does."""
        self.begin(what, code)
        try:
            yield
        finally:
            self.end(what, code)

    def begin(self, what: str, code: str) -> None:
        with self._changed:
            self.moments += 1
            self._under_way[what, code] += 1
            if self._under_way[what, code] > 1:
                self.overlaps.append(f"{what} of {code}")
            self._changed.notify_all()

    def end(self, what: str, code: str) -> None:
        with self._changed:
            self._under_way[what, code] -= 1
            self._changed.notify_all()

    def answer(self, method: str, path: str, body: dict[str, object], key: str | None) -> tuple[int, object]:
        """What the shop API says to a request."""
        if self.busy_with_429:
            self.refused += 1
            return 429, {"title": "too many requests"}
        parts = urlsplit(path).path.split("/")[3:]
        if parts == ["linkages"]:
            asked = parse_qs(urlsplit(path).query).get("id")
            self.lists += asked is None
            everything = [shop.as_linkage() for shop in self.shops.values()]
            return 200, {"linkages": [one for one in everything if asked is None or one["id"] in asked]}
        code = parts[1]
        shop = self.shops[code]
        with self.seen("http", code):
            if code in self.slow:
                self.slow[code].wait(LIMIT)
            match parts[-1]:
                case "runs":
                    shop.runs.append(body)
                    shop.sync_now = False
                    return 200, {}
                case "orders":
                    return 200, {"orders": [], "last_seq": 0}
                case "stock":
                    shop.sendings += 1
                    updates = body["updates"] if key not in shop.answered else []
                    shop.answered.add(key)
                    shop.set({one["variant_code"]: one["stock"] for one in updates})
                    if code in self.slow_stock:
                        self.slow_stock[code].wait(LIMIT)
                    return 200, {"updated": len(updates), "unchanged": 0, "rejected": []}
                case _:
                    asked = parse_qs(urlsplit(path).query)
                    return 200, shop.page(int(asked["limit"][0]), *(asked.get(name, ["0"])[0] for name in _PAGING))

    def mail_came(self, to: str, subject: str, message_id: str) -> None:
        with self._changed:
            self.mails.append((to, subject, message_id))
            self._changed.notify_all()


@contextmanager
def open_ground(folder: Path, shops: int, skus: int = 3) -> Iterator[tuple[Ground, dict[str, str]]]:
    """Open a world; gives it and the variables of an engine, without a database."""
    ground = Ground(folder, shops, skus)
    authority = Authority(folder, "fleet-ca")
    with ExitStack() as stack:
        ftps = stack.enter_context(serve(folder, authority.issue(), Mischief(), parts=_ftps_parts(ground)))
        http = ThreadingHTTPServer(("127.0.0.1", 0), _http_handler(ground))
        http.daemon_threads = True
        stack.enter_context(http)
        thread = threading.Thread(target=http.serve_forever, args=(0.01,))
        thread.start()
        stack.callback(thread.join)
        stack.callback(http.shutdown)
        yield ground, {
            "SYNC_SHOP_URL": f"http://127.0.0.1:{http.server_port}/api/v1", "SYNC_SHOP_TOKEN": TOKEN,
            "SYNC_FTPS_HOST": "127.0.0.1", "SYNC_FTPS_PORT": str(ftps), "SYNC_FTPS_TLS": "explicit",
            "SYNC_FTPS_CA": str(authority.ca), "SYNC_SMTP_HOST": "127.0.0.1",
            "SYNC_SMTP_PORT": str(_open_inbox(ground, stack)), "SYNC_MAIL_FROM": "sync@zaiko.example",
            "SYNC_STATE_DIR": str(folder / "state"), "SYNC_TIMEOUT": str(LIMIT),
        }  # fmt: skip


def _ftps_parts(ground: Ground) -> dict[str, object]:
    class Users(DummyAuthorizer):
        def validate_authentication(self, username, password, handler):
            if password != PASSWORD:
                raise AuthenticationFailed("Authentication failed.")

    users = Users()
    for code, shop in ground.shops.items():
        users.add_user(shop.user, PASSWORD, str(ground.area(code)), perm="elrwf")

    def on_login(handler, username):
        handler.code = username.partition("_")[0]
        ground.begin("ftps", handler.code)

    def on_disconnect(handler):
        if getattr(handler, "code", None):
            ground.end("ftps", handler.code)

    return {"authorizer": users, "on_login": on_login, "on_disconnect": on_disconnect}


def _http_handler(ground: Ground) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # an answer sent in two parts waits 40 ms for the first to be acknowledged

        def do_GET(self) -> None:
            length = int(self.headers["Content-Length"] or 0)
            body = json.loads(self.rfile.read(length) or b"{}")
            status, said = ground.answer(self.command, self.path, body, self.headers["Idempotency-Key"])
            content = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET  # noqa: N815 - the name http.server calls

        def handle(self) -> None:
            try:
                super().handle()
            except ConnectionError:  # the engine was killed
                self.close_connection = True

        def finish(self) -> None:
            try:
                super().finish()
            except (ConnectionError, ValueError):
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    return Handler


def _open_inbox(ground: Ground, stack: ExitStack) -> int:
    from email import message_from_bytes, policy

    class Inbox:
        async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - the name aiosmtpd calls
            mail = message_from_bytes(envelope.content, policy=policy.default)
            ground.mail_came(envelope.rcpt_tos[0], mail["Subject"], mail["Message-ID"])
            return "250 OK"

    return stack.enter_context(open_inbox(Inbox()))
