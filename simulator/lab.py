"""The whole laboratory as one object: the only place that knows every part.

    with Lab() as lab:
        shop = lab.tempostar.add_shop("RoomClipShopping", "RCs")
        lab.advance(minutes=5)

What the consoles, the control API and the step library can do is a verb of `lab` itself (time, snapshots, seeds), of
`lab.tempostar`, of `lab.roomclip` or of `lab.mailbox`.
"""

from __future__ import annotations

import secrets
from contextlib import ExitStack
from dataclasses import asdict
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from simulator import catalogue, journal
from simulator.clock import Agenda, Clock, check_rate, check_start
from simulator.comparing import Compared, compare
from simulator.config import LabConfig, Settings, Writing
from simulator.errors import BadValue, Conflict
from simulator.faults.armed import Faults
from simulator.faults.wish import Reach
from simulator.holders import codes_beginning, find_holders, find_variants
from simulator.hosts import check_host
from simulator.journal import Journal, Service
from simulator.mailbox import records as mailbox_records
from simulator.mailbox.mailbox import Mailbox
from simulator.many import Size
from simulator.roomclip import records as roomclip_records
from simulator.roomclip.listing import ItemInput, ItemKind, VariantInput
from simulator.roomclip.shop import RoomClip
from simulator.servers import Servers
from simulator.store import Store
from simulator.tempostar import area as tempostar_area
from simulator.tempostar import records as tempostar_records
from simulator.tempostar.area import Area
from simulator.tempostar.backoffice import BackOffice
from simulator.tempostar.catalog import ProductInput, SkuInput
from simulator.tempostar.reflection import WRITE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.faults.armed import Fault
    from simulator.holders import Holders
    from simulator.roomclip.listing import Variant
    from simulator.servers import Endpoints

SCHEMAS = (
    journal.SCHEMA,
    tempostar_area.SCHEMA,
    tempostar_records.SCHEMA,
    roomclip_records.SCHEMA,
    mailbox_records.SCHEMA,
)
MAIL_FROM = "zaiko-renkei@roomclip.example"
MAX_SEED = 2_000_000
SEEDED_AT_ONCE = 20_000
"""Products of a seed that are in memory at once, besides those that the store has."""

# What a reset leaves alone: whoever is connected keeps a certificate to trust and a token that works.
_KEPT_OVER_RESET = ("authority", "api_token")


class Lab:
    """TEMPOSTAR, RoomClip, inbox, clock and journal; served on real sockets between `start` and `stop`.

    Raises: CannotStart from the constructor (data folder) and from `start` (a port is taken); BadValue for a host that
    is not loopback without `expose`, a rate, or a start without an offset.
    """

    def __init__(self, config: LabConfig | None = None) -> None:
        self.config = config or LabConfig()
        check_host(self.config)
        check_rate(self.config.rate)
        check_start(self.config.start)
        self._store = Store(self.config.data_dir, SCHEMAS, kept_on_restore=journal.TABLES)
        self.clock = Clock(self._store, self.config.start, self.config.clock_mode, self.config.rate)
        self.journal = Journal(self._store, self.clock.now)
        self.faults = Faults(self._store, self.journal, self._reach)
        self.area = Area(self._store, self.clock.now)
        self.tempostar = BackOffice(
            self._store, self.clock.now, self.journal, self.area, self.settings, self.faults.take
        )
        self.roomclip = RoomClip(self._store, self.clock.now, self.journal)
        self.mailbox = Mailbox(self._store, self.clock.now, self.journal)
        self.agenda = Agenda(self._store, self.clock, self.journal, (self.tempostar,))
        self.came_back = self.clock.load()
        """Whether the data folder held this lab already; start options that make a new one did nothing then."""
        if self.came_back:
            self._go_on()
        else:
            self._prepare({})
        self._servers: Servers | None = None

    # ------------------------------------------------------------------ running

    def start(self) -> Self:
        """Open the sockets and let time run. Does nothing half: what was opened is closed again on an error."""
        if self._servers is None:
            self._servers = Servers(self, self._store.folder / "ca.pem")
        return self

    def stop(self) -> None:
        """Close the sockets and give the state back; raises what went wrong in a server meanwhile."""
        servers, self._servers = self._servers, None
        with ExitStack() as ending:  # the last one first, and all of them whatever fails
            ending.callback(self._store.close)
            ending.callback(self._keep_time)
            if servers is not None:
                ending.callback(servers.stop)
            ending.callback(self.faults.clear_all)

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

    # ------------------------------------------------------------------ faults

    def fault(
        self, kind: str, *, on: str = "", path: str = "", nth: int = 1, times: int = 1, **parameters: object
    ) -> Fault:
        """Let something go wrong from now on, until the end of the `with` block: `Faults.arm` says how.

        Raises: BadValue for what could never fire, naming what could.
        """
        return self.faults.arm(kind, parameters, on=on, path=path, nth=nth, times=times)

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
        """Make the lab empty again: no shops, no items, no mails, no faults, the start time; address and token stay."""
        self.faults.clear_all()
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
        """Go back to a kept state, its time included; the journal goes on, and so do the revisions of shops.

        Raises: Unknown when there is no such snapshot.
        """

        def go_on() -> None:
            self.roomclip.after_restore()
            self.clock.load()  # not before: a restore that fails does not put it back
            self.journal.record(Service.LAB, "snapshot.restored", f"Snapshot {name} was restored.", name=name)

        self._store.restore_snapshot(name, first=self.roomclip.before_restore, then=go_on)

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
        made, products = catalogue.generate_each(skus, seed), 0
        with self._store.transaction():
            while some := list(islice(made, SEEDED_AT_ONCE)):
                self.tempostar.add_products(map(_product_input, some))
                self.roomclip.register_items("1", map(_item_input, some), file_name=f"seed-{seed}.csv", before=products)
                for shop in self.tempostar.shops():
                    self.tempostar.carry_in_bulk(shop.shop_code, [product.product_code for product in some])
                    self.tempostar.link_in_bulk(
                        shop.shop_code, [sku.sku_code for product in some for sku in product.skus]
                    )
                products += len(some)
            self.journal.record(
                Service.LAB, "lab.seeded", f"{skus} SKUs were added on both ends.", skus_added=skus, seed=seed
            )
        return {"skus": skus, "products": products}

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

    def compare(self, shop_code: str, roomclip_shop: str, *, limit: int) -> Compared:
        """How many of the first `limit` SKUs linked for a shop have the same number in a RoomClip shop."""
        return compare(self._store, shop_code, roomclip_shop, self.settings().negative, limit)

    def holders(self, code: str, *, limit: int, offset: int = 0) -> Holders:
        """TEMPOSTAR's shops that a code is about, at either end; those that carry, link or have it first."""
        return find_holders(self._store, code, limit=limit, offset=offset)

    def variants_of(self, code: str, *, limit: int) -> tuple[tuple[str, Variant], ...]:
        """The first variants of a code in whatever RoomClip shop, each with the id of its shop."""
        with self._store.lock:
            found = find_variants(self._store, code, limit=limit)
            return tuple((shop_id, self.roomclip.variant(shop_id, number)) for shop_id, number in found)

    def codes_beginning(self, text: str, *, limit: int) -> tuple[str, ...]:
        """Some codes of either end that begin with a text, sorted."""
        return codes_beginning(self._store, text, limit=limit)

    def authority(self) -> str:
        """The certificate (PEM) that vouches for the FTPS and SMTP servers, "" before the first start. No secret."""
        return str((self._store.value("authority") or ("",))[0])

    def keep_size(self, size: Size) -> None:
        """Remember what the lab was set up with, whatever becomes of it."""
        self._store.set_value("size", size)

    def size(self) -> Size | None:
        """What the lab was set up with, as far as counts tell where that was not kept; None without shops."""
        if kept := self._store.value("size"):
            return Size(*kept)
        counts = self.tempostar.counts()
        shops = counts["shops"]
        return Size(counts["companies"], shops, counts["skus"] // shops) if shops else None

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
            "faults": self.faults.armed(),
            "mails": self.mailbox.count(),
            "journal": self.journal.last_seq(),
            "snapshots": list(self.snapshots()),
        }

    # ------------------------------------------------------------------ inside

    def _keep_time(self) -> None:
        with self._store.transaction():
            self.clock.keep()

    def _reach(self) -> Reach:
        return Reach(self.tempostar.shop_codes(), self.config.tls)

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


def _product_input(product: catalogue.GeneratedProduct) -> ProductInput:
    return ProductInput(
        product_code=product.product_code,
        name=product.name,
        skus=tuple(
            SkuInput(sku.sku_code, attribute1=sku.size, attribute2=sku.colour, sellable=sku.stock)
            for sku in product.skus
        ),
    )


def _item_input(product: catalogue.GeneratedProduct) -> ItemInput:
    kind = ItemKind.SINGLE if product.single else ItemKind.OPTIONS
    variants = tuple(
        VariantInput(sku.sku_code, product.price, colour=sku.colour, size=sku.size) for sku in product.skus
    )
    return ItemInput(product.item_number, product.name, variants, product.listing_status, kind)
