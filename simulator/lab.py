"""The whole laboratory as one object: the only place that knows every part.

    with Lab() as lab:
        shop = lab.tempostar.add_shop("RoomClipShopping", "RCs")
        lab.advance(minutes=5)

What the consoles, the control API and the step library can do is a verb of `lab` itself (time, snapshots, seeds), of
`lab.tempostar`, of `lab.roomclip` or of `lab.mailbox`.
"""

from __future__ import annotations

import ipaddress
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from simulator import catalogue, journal
from simulator.clock import Agenda, Clock, Timekeeper, check_rate, check_start
from simulator.config import LabConfig, Settings, TlsMode, Writing
from simulator.errors import BadValue, Conflict
from simulator.journal import Journal, Service
from simulator.mailbox import records as mailbox_records
from simulator.mailbox.mailbox import Mailbox
from simulator.roomclip import records as roomclip_records
from simulator.roomclip.shop import RoomClip
from simulator.store import Store
from simulator.tempostar import area as tempostar_area
from simulator.tempostar import records as tempostar_records
from simulator.tempostar.area import Area
from simulator.tempostar.backoffice import BackOffice
from simulator.tempostar.catalog import ProductInput, SkuInput
from simulator.tempostar.reflection import WRITE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMAS = (
    journal.SCHEMA,
    tempostar_area.SCHEMA,
    tempostar_records.SCHEMA,
    roomclip_records.SCHEMA,
    mailbox_records.SCHEMA,
)
MAIL_FROM = "zaiko-renkei@roomclip.example"
MAX_SEED = 2_000_000

# What a reset leaves alone: whoever is connected keeps a certificate to trust and a token that works.
_KEPT_OVER_RESET = ("authority", "api_token")


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where the running lab is. `ca_file`: the certificate (PEM) that vouches for the FTPS and SMTP servers."""

    host: str
    ftps_port: int
    tls: TlsMode
    http_port: int
    smtp_port: int
    ca_file: Path

    @property
    def http_url(self) -> str:
        """The lab's web address, without a trailing slash."""
        return f"http://{self.url_host}:{self.http_port}"

    @property
    def url_host(self) -> str:
        """The host as it stands in a URL."""
        return f"[{self.host}]" if ":" in self.host else self.host

    @property
    def shop_api_url(self) -> str:
        """What an engine gets as SYNC_SHOP_URL."""
        return f"{self.http_url}/api/v1"


class Lab:
    """TEMPOSTAR, RoomClip, inbox, clock and journal; served on real sockets between `start` and `stop`.

    Raises: CannotStart from the constructor (data folder) and from `start` (a port is taken); BadValue for a host that
    is not loopback, a rate, or a start without an offset.
    """

    def __init__(self, config: LabConfig | None = None) -> None:
        self.config = config or LabConfig()
        _check_loopback(self.config.host)
        check_rate(self.config.rate)
        check_start(self.config.start)
        self._store = Store(self.config.data_dir, SCHEMAS, kept_on_restore=journal.TABLES)
        self.clock = Clock(self._store, self.config.start, self.config.clock_mode, self.config.rate)
        self.journal = Journal(self._store, self.clock.now)
        self.area = Area(self._store, self.clock.now)
        self.tempostar = BackOffice(self._store, self.clock.now, self.journal, self.area, self.settings)
        self.roomclip = RoomClip(self._store, self.clock.now, self.journal)
        self.mailbox = Mailbox(self._store, self.clock.now, self.journal)
        self.agenda = Agenda(self._store, self.clock, self.journal, (self.tempostar,))
        self.came_back = self.clock.load()
        """Whether the data folder held this lab already; start options that make a new one did nothing then."""
        if self.came_back:
            self._go_on()
        else:
            self._prepare({})
        self._servers: _Servers | None = None

    # ------------------------------------------------------------------ running

    def start(self) -> Self:
        """Open the sockets and let time run. Does nothing half: what was opened is closed again on an error."""
        if self._servers is None:
            self._servers = _Servers(self, self._store.folder / "ca.pem")
        return self

    def stop(self) -> None:
        """Close the sockets and give the state back; raises what went wrong in a server meanwhile."""
        servers, self._servers = self._servers, None
        try:
            if servers is not None:
                servers.stop()
        finally:
            with self._store.transaction():
                self.clock.keep()
            self._store.close()

    def __enter__(self) -> Self:
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def endpoints(self) -> Endpoints:
        """The addresses in use.

        Raises: Conflict before `start`.
        """
        if self._servers is None:
            raise Conflict("The lab is not running.", next_step="Call start(), or use it as a context manager.")
        return self._servers.endpoints

    # ------------------------------------------------------------------ time

    def advance(self, *, minutes: float = 0, seconds: float = 0) -> None:
        """Let lab time pass; whatever falls due on the way is carried out in order."""
        self.agenda.advance(timedelta(minutes=minutes, seconds=seconds))

    def next_pass(self) -> None:
        """Go on to the next pass of any shop, until its file is complete.

        Raises: Conflict when neither 在庫反映 nor 受注取込 of any shop is 起動.
        """
        due = self.tempostar.next_pass_due()
        if due is None:
            raise Conflict(
                "No pass is due: 在庫反映 and 受注取込 are 停止 for every shop.",
                next_step="Set one of them to 起動 (guide 2.1.2, 2.1.3).",
            )
        in_place = self.settings().writing is Writing.IN_PLACE
        self.agenda.advance_to(due + timedelta(seconds=WRITE_SECONDS if in_place else 0))

    # ------------------------------------------------------------------ settings, reset, snapshots, seed

    def settings(self) -> Settings:
        """The present settings."""
        return Settings().changed(self._store.value("settings") or {})

    def change_settings(self, **changes: Any) -> Settings:  # noqa: ANN401 - plain JSON values, checked by Settings
        """Change some settings.

        Raises: BadValue for an unknown setting or value.
        """
        changed = self.settings().changed(changes)
        with self._store.transaction():
            self._store.set_value("settings", changed.as_json())
            self.journal.record(
                Service.LAB,
                "settings.changed",
                f"Settings changed: {', '.join(sorted(changes))}.",
                changes={name: changed.as_json()[name] for name in changes},
            )
        return changed

    def reset(self) -> None:
        """Make the lab empty again: no shops, no items, no mails, the start time; address and token stay."""
        with self._store.transaction():
            kept = {key: self._store.value(key) for key in _KEPT_OVER_RESET}
            self._store.clear()
            self._prepare(kept)
            self.journal.record(Service.LAB, "lab.reset", "The lab was reset.")

    def save_snapshot(self, name: str) -> None:
        """Keep the present state (all but the journal) under a name."""
        with self._store.lock:
            self.clock.keep()
            self._store.save_snapshot(name)
            self.journal.record(Service.LAB, "snapshot.saved", f"Snapshot {name} was saved.", name=name)

    def restore_snapshot(self, name: str) -> None:
        """Go back to a kept state, its time included; the journal goes on.

        Raises: Unknown when there is no such snapshot.
        """

        def go_on() -> None:
            self.clock.load()
            self.journal.record(Service.LAB, "snapshot.restored", f"Snapshot {name} was restored.", name=name)

        self._store.restore_snapshot(name, go_on)

    def snapshots(self) -> tuple[str, ...]:
        """The names of the snapshots kept."""
        return self._store.snapshots()

    def seed(self, skus: int, seed: int = 1) -> dict[str, int]:
        """Add an invented catalogue to both ends: products in TEMPOSTAR, items with stock 0 in RoomClip shop 1.

        Where TEMPOSTAR has a shop, the products are carried (in bulk, with its delay) and linked there. Returns
        {"skus", "products"}.
        Raises: BadValue outside 1 to MAX_SEED; Conflict when codes of the catalogue are there already.
        """
        if not 1 <= skus <= MAX_SEED:
            raise BadValue("skus", skus, f"from 1 to {MAX_SEED:,} are possible")
        products = catalogue.generate(skus, seed)
        with self._store.transaction():
            self.tempostar.add_products(_product_input(product) for product in products)
            self.roomclip.import_items("1", catalogue.items_csv(products), file_name=f"seed-{seed}.csv")
            for shop in self.tempostar.shops():
                self.tempostar.carry_in_bulk(shop.shop_code, [product.product_code for product in products])
                self.tempostar.link_in_bulk(
                    shop.shop_code, [sku.sku_code for product in products for sku in product.skus]
                )
            self.journal.record(
                Service.LAB, "lab.seeded", f"{skus} SKUs were added on both ends.", skus_added=skus, seed=seed
            )
        return {"skus": skus, "products": len(products)}

    # ------------------------------------------------------------------ for engines and people

    def engine_environment(self, state_dir: Path | str) -> dict[str, str]:
        """The variables of contract 4, for an engine that keeps its state in `state_dir`."""
        where = self.endpoints
        return {
            "SYNC_SHOP_URL": where.shop_api_url,
            "SYNC_SHOP_TOKEN": self.roomclip.api_token(),
            "SYNC_FTPS_HOST": where.host,
            "SYNC_FTPS_PORT": str(where.ftps_port),
            "SYNC_FTPS_TLS": where.tls,
            "SYNC_FTPS_CA": str(where.ca_file),
            "SYNC_SMTP_HOST": where.host,
            "SYNC_SMTP_PORT": str(where.smtp_port),
            "SYNC_MAIL_FROM": MAIL_FROM,
            "SYNC_STATE_DIR": str(state_dir),
            "SYNC_NOW": self.clock.now().isoformat(),
        }

    def lab_id(self) -> str:
        """Names this lab's present life, from start or reset on, so that engines can keep a state folder for each."""
        return str(self._store.value("lab_id"))

    def state(self) -> dict[str, Any]:
        """Time, addresses and counts as JSON values; no secrets."""
        due = self.agenda.next_due()
        endpoints = {} if self._servers is None else asdict(self.endpoints) | {"http_url": self.endpoints.http_url}
        return {
            "lab_id": self.lab_id(),
            "now": self.clock.now().isoformat(),
            "clock": {"mode": self.clock.mode, "rate": self.clock.rate},
            "next_due": due.isoformat() if due else None,
            "endpoints": {name: str(v) if isinstance(v, Path) else v for name, v in endpoints.items()},
            "settings": self.settings().as_json(),
            "tempostar": self.tempostar.counts(),
            "roomclip": self.roomclip.counts(),
            "mails": self.mailbox.count(),
            "journal": self.journal.last_seq(),
            "snapshots": list(self.snapshots()),
        }

    # ------------------------------------------------------------------ inside

    def _go_on(self) -> None:
        """Not before the last entry: a running clock is kept now and then, and a killed lab had no time for it."""
        for entry in self.journal.read(after=self.journal.last_seq() - 1):
            if (at := datetime.fromisoformat(entry.at)) > self.clock.now():
                self.clock.set(at)

    def _prepare(self, kept: Mapping[str, Any]) -> None:
        with self._store.transaction():
            for key, value in kept.items():
                if value is not None:
                    self._store.set_value(key, value)
            self._store.set_value("lab_id", secrets.token_hex(4))
            self._store.set_value("settings", self.config.settings.as_json())
            self.clock.restart()
            self.tempostar.prepare()
            self.roomclip.prepare()


class _Servers:
    """The sockets of one running lab."""

    def __init__(self, lab: Lab, ca_file: Path) -> None:
        # Imported here: `import simulator` must not load the servers.
        from simulator.mailbox.server import SmtpServer
        from simulator.tempostar.ftps.certificates import Authority
        from simulator.tempostar.ftps.server import FtpsServer
        from simulator.web.app import create_app
        from simulator.web.server import HttpServer

        config, store = lab.config, lab._store  # noqa: SLF001 - the lab's other half
        kept = store.value("authority")
        authority = Authority.from_pem(*(part.encode() for part in kept)) if kept else Authority.create()
        if not kept:
            store.set_value("authority", [authority.ca_pem.decode(), authority.key_pem.decode()])
        certificate = authority.issue(hosts=tuple(dict.fromkeys(("localhost", "127.0.0.1", "::1", config.host))))
        ca_file.write_bytes(authority.ca_pem)

        self._started: list[FtpsServer | HttpServer | SmtpServer | Timekeeper] = []
        ftps = FtpsServer(
            host=config.host,
            port=config.ftps_port,
            passive_ports=config.passive_ports,
            tls=config.tls,
            certificate=certificate,
            accounts=lab.tempostar,
            area=lab.area,
            now=lab.clock.now,
            journal=lab.journal,
            settings=lab.settings,
        )
        smtp = SmtpServer(lab.mailbox, lab.journal, config.host, config.smtp_port, certificate=certificate)
        http = HttpServer(create_app(lab), config.host, config.http_port)
        timekeeper = Timekeeper(store, lab.clock, lab.agenda)
        try:
            for server in (ftps, smtp, http, timekeeper):
                server.start()
                self._started.append(server)
        except BaseException:
            self.stop()
            raise
        self.endpoints = Endpoints(config.host, ftps.port, config.tls, http.port, smtp.port, ca_file)

    def stop(self) -> None:
        """Stop what runs, last first; the first error is raised when all have stopped."""
        errors: list[Exception] = []
        while self._started:
            try:
                self._started.pop().stop()
            except Exception as error:  # noqa: BLE001 - the others have to be stopped all the same
                errors.append(error)
        if errors:
            raise errors[0]


def _check_loopback(host: str) -> None:
    """The lab hands out passwords to whoever asks its control API, so nobody beyond this machine may reach it."""
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise BadValue("host", host, "the lab listens on loopback only", next_step="Use 127.0.0.1, ::1 or localhost.")


def _product_input(product: catalogue.GeneratedProduct) -> ProductInput:
    return ProductInput(
        product_code=product.product_code,
        name=product.name,
        skus=tuple(
            SkuInput(sku.sku_code, attribute1=sku.size, attribute2=sku.colour, sellable=sku.stock)
            for sku in product.skus
        ),
    )
