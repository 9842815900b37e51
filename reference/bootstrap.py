"""Puts the engine together: settings, real adapters, the service.

To put a part of your own in place, for a test or for an engine that is wrong on purpose, hand `run_pass` or
`bootstrap` an `adjust`: it receives the `Sync` as built and returns the one to use. Ports are fields of `Sync`,
decisions are fields of `Rules`::

    from dataclasses import replace

    def ignores_the_pause(sync):
        return replace(sync, rules=replace(sync.rules, is_paused=lambda linkage: False))

    def trims_codes(sync):
        match = sync.rules.match
        def trimming(levels, variants):
            return match({code.strip(): level for code, level in levels.items()}, variants)
        return replace(sync, rules=replace(sync.rules, match=trimming))

    def treats_absent_as_zero(sync):
        match = sync.rules.match
        def zeroing(levels, variants):
            absent = {variant.variant_code: 0 for variant in variants if variant.variant_code}
            return match({**absent, **levels}, variants)
        return replace(sync, rules=replace(sync.rules, match=zeroing))

    class Silent:
        def send(self, letter): ...

    def sends_no_mail(sync):
        return replace(sync, mailer=Silent())

    report = run_pass(environ, adjust=ignores_the_pause)
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from reference.adapters.clock import GivenClock, WallClock
from reference.adapters.ftps_channel import trusting
from reference.adapters.mail import SmtpMailer
from reference.adapters.mirrored_shop import MIRROR_FILE, MirroredShop, MirrorFile
from reference.adapters.shop_api import HttpPatience, HttpShop
from reference.adapters.state_sqlite import SqliteState, hold_lock
from reference.adapters.tempostar_ftps import FtpsArea, FtpsPatience
from reference.config import Settings
from reference.domain.fast_stock_file import choose_reader
from reference.errors import ConfigurationError
from reference.service.ports import tell_nobody
from reference.service.rules import Rules
from reference.service.sync import Sync

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager
    from datetime import datetime
    from pathlib import Path

    from reference.adapters.state_postgres import PostgresState
    from reference.config import Database
    from reference.domain.report import PassReport
    from reference.service.ports import Clock, Shop, State, StockArea, Tell


def run_pass(
    environ: Mapping[str, str], *, adjust: Callable[[Sync], Sync] | None = None, tell: Tell = tell_nobody
) -> PassReport:
    """Make one pass over all linkages with the settings of contract 4, and close everything that was opened.

    Raises `ConfigurationError` (exit 2), `StateError` or `PassAlreadyRunningError` (exit 1); every other trouble is in
    the report, whose `exit_code` is 0 or 1.
    """
    with bootstrap(Settings.from_environ(environ), adjust=adjust, tell=tell) as sync:
        return sync.run_pass()


@contextmanager
def bootstrap(
    settings: Settings, *, adjust: Callable[[Sync], Sync] | None = None, tell: Tell = tell_nobody
) -> Iterator[Sync]:
    """Build the service over its real adapters; the state folder's lock, where there is one, is held until the end."""
    folder, shop_url, token = settings.state_dir, settings.shop_url, settings.shop_token
    with (
        open_state(folder, settings.database, shop_url, token) as state,
        open_shop(settings) as shop,
        mirroring(shop, folder) as mirrored,
    ):
        sync = put_together(settings, state, mirrored, open_area(settings, tell), tell)
        yield adjust(sync) if adjust else sync


@contextmanager
def open_state(
    folder: Path, database: Database | None, shop_url: str | None, token: str | None = None
) -> Iterator[State]:
    """Open the state to work on it: the folder's, whose lock is held until the end, or the fleet's in a database.

    `token`: of the shop API, for whoever makes passes. Raises `StateError`, `PassAlreadyRunningError`, or
    `ConfigurationError` when the extra `scale` is not installed.
    """
    if database is None:
        with hold_lock(folder), SqliteState.open(folder) as kept_in_folder:
            yield kept_in_folder
    else:
        with postgres_state().open(database, shop_url, token) as kept_in_database:
            yield kept_in_database


def postgres_state() -> type[PostgresState]:
    """Return the class that keeps state in PostgreSQL; raises `ConfigurationError` when its libraries are missing."""
    try:
        from reference.adapters.state_postgres import PostgresState
    except ImportError as error:
        raise ConfigurationError(
            f"SYNC_DATABASE_URL is set, and what it needs is not installed ({error.name}); "
            "type: pip install 'zaikolab[scale]'. Or unset it to keep the state in SYNC_STATE_DIR."
        ) from error
    return PostgresState


def open_shop(settings: Settings) -> AbstractContextManager[HttpShop]:
    """Open the shop API."""
    return HttpShop.open(settings.shop_url, settings.shop_token, HttpPatience(timeout=settings.timeout))


@contextmanager
def mirroring(shop: HttpShop, folder: Path) -> Iterator[MirroredShop]:
    """Lend the shop with mirrors of its large shops in a folder; they are written when the passes came to their end."""
    mirrored = MirroredShop(shop, MirrorFile(folder / MIRROR_FILE))
    yield mirrored
    mirrored.keep_mirrors()


def open_area(settings: Settings, tell: Tell = tell_nobody) -> FtpsArea:
    """Return the FTPS area; nothing is contacted."""
    return FtpsArea(
        settings.ftps_host,
        settings.ftps_port,
        settings.ftps_tls,
        trusting(settings.ftps_ca),
        FtpsPatience(timeout=settings.timeout),
        settings.state_dir,
        tell,
    )


def put_together(settings: Settings, state: State, shop: Shop, area: StockArea, tell: Tell = tell_nobody) -> Sync:
    """Build the service over a state, a shop and an area, and otherwise its real adapters."""
    return Sync(
        shop=shop,
        stock_area=area,
        mailer=SmtpMailer(settings.smtp_host, settings.smtp_port, settings.mail_from, settings.timeout),
        state=state,
        rules=Rules(parse=choose_reader(settings.csv)),
        clock=open_clock(settings.now),
        limits=settings.limits,
        tell=tell,
    )


def open_clock(now: datetime | None) -> Clock:
    """Return the clock that stands at a time, or the wall's."""
    return GivenClock(now) if now else WallClock()
