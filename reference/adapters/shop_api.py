"""RoomClip's shop API (contract 3) over HTTP: bounded retries, and no answer is believed unread."""

from __future__ import annotations

import json
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, field, fields
from functools import partial
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote, urlencode

import urllib3
from urllib3.exceptions import HTTPError

from reference.adapters.clock import JAPAN
from reference.adapters.json_answer import Answer, write_json
from reference.adapters.variant_pages import VariantPages, read_rows
from reference.domain.linkage import Linkage, LinkageState
from reference.domain.orders import Buyer, Order, OrderLine, OrderState
from reference.domain.plan import write_numbers
from reference.domain.report import LinkageReport, Outcome
from reference.errors import ShopApiError, ShopTokenRefusedError
from reference.service.ahead import begun
from reference.service.ports import Receipt

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from reference.domain.matching import Variant
    from reference.domain.plan import Batch

VARIANTS_PER_PAGE = 10_000
ORDERS_PER_PAGE = 1_000


@dataclass(frozen=True, slots=True)
class HttpPatience:
    """How long and how often a request is tried: 429, 503 and broken connections, nothing else.

    A shop that asks (Retry-After) for a longer wait than `longest_wait` seconds is left to the next pass. Every request
    may be repeated: a stock update carries an idempotency key, and a run reported twice says the same.
    """

    timeout: float = 15.0
    retries: int = 3
    backoff_factor: float = 0.5
    longest_wait: int = 30


class _PatientRetry(urllib3.Retry):
    """Comes back after Retry-After and never before it: a wait beyond `backoff_max` ends the trying instead."""

    def increment(self, *args: Any, **details: Any) -> Self:  # noqa: ANN401 - urllib3's own arguments, handed on
        response = details.get("response")
        too_long = response is not None and (self.get_retry_after(response) or 0) > self.backoff_max
        return urllib3.Retry.increment(self.new(total=0) if too_long else self, *args, **details)


@dataclass(frozen=True, slots=True)
class Changes:
    """What has changed of a shop's variants: rows of id, code, stock and status, and the ids of those that are gone.

    `revision` is the shop's, before they were read.
    """

    revision: int
    variants: tuple[tuple[Any, ...], ...]
    deleted: frozenset[str]


@dataclass(frozen=True, slots=True)
class HttpShop:
    """The shop API behind one base URL and token; open it with `HttpShop.open` in a `with` statement."""

    url: str
    pool: urllib3.PoolManager = field(repr=False)

    @property
    def identity(self) -> tuple[str, ...]:
        """What tells one shop's API from another's at the same address: the token."""
        return (self.pool.headers["Authorization"],)

    @classmethod
    @contextmanager
    def open(cls, url: str, token: str, patience: HttpPatience) -> Iterator[Self]:
        """Open the API; every connection is closed at the end."""
        retries = _PatientRetry(
            total=patience.retries,
            redirect=0,
            status_forcelist={429, 503},
            allowed_methods=None,
            backoff_factor=patience.backoff_factor,
            backoff_max=patience.longest_wait,
            raise_on_status=False,
            raise_on_redirect=False,
        )
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        with urllib3.PoolManager(headers=headers, retries=retries, timeout=patience.timeout) as pool:
            yield cls(url.rstrip("/"), pool)

    def fetch_linkages(self) -> tuple[Linkage, ...]:
        """Return every linkage."""
        return tuple(_read_linkage(one) for one in self._ask("GET", "/linkages").list_of("linkages"))

    def fetch_linkage(self, linkage_id: str) -> Linkage | None:
        """Return one linkage, None when the shop has none of that id; asked once, without a wait.

        A shop API that knows no `?id=` may answer with its whole list, or refuse.
        """
        answer = self._ask("GET", f"/linkages?{urlencode({'id': linkage_id})}", once=True)
        found = (one for one in answer.list_of("linkages") if one.text("id") == linkage_id)
        return next(map(_read_linkage, found), None)

    def fetch_variants(self, shop_id: str) -> Collection[Variant]:
        """Return all variants of a shop, over as many pages as there are."""
        return self.read_variants(shop_id)[0]

    def read_variants(self, shop_id: str) -> tuple[Collection[Variant], int]:
        """Return all variants of a shop and its revision before they were read: 0 where it tells none."""
        path = f"/shops/{quote(shop_id, safe='')}/variants"

        def ask(**cursor: object) -> Answer:
            return self._ask("GET", f"{path}?{urlencode({'limit': VARIANTS_PER_PAGE, **cursor})}")

        pages, answer, revision = VariantPages(), ask(), None
        while True:
            following = answer.fields.get("next_cursor")  # whatever it is: the next page comes while this one is read
            ask_on = partial(ask, cursor=following)
            with begun(ask_on) if following else nullcontext(ask_on) as read_on:
                rows = pages.add(answer)
                if revision is None:
                    revision = answer.count("revision") if "revision" in answer.fields else 0
                cursor = answer.optional_text("next_cursor")
                if cursor is None:
                    return pages.gathered(answer), revision
                if not rows:
                    raise answer.wrong("next_cursor", "leads on from an empty page, so the pages would never end")
                answer = read_on()

    def fetch_changes(self, shop_id: str, after: int, pages: int) -> Changes | None:
        """Return what has changed of a shop's variants after a revision; None when it is more than so many pages."""
        path = f"/shops/{quote(shop_id, safe='')}/variants"
        variants: dict[str, tuple[Any, ...]] = {}
        deleted: set[str] = set()
        revision: int | None = None
        query = {"limit": str(VARIANTS_PER_PAGE), "changed_after": str(after)}
        for _ in range(pages):
            answer = self._ask("GET", f"{path}?{urlencode(query)}")
            gone = {one.text("variant_id") for one in answer.list_of("variants") if one.fields.get("deleted") is True}
            deleted |= gone
            variants |= {row[0]: row for row in read_rows(answer) if row[0] not in gone}
            revision = answer.count("revision") if revision is None else revision
            following = answer.optional_text("next_cursor")
            if following is None:
                return Changes(revision, tuple(variants.values()), frozenset(deleted))
            query["cursor"] = following
        return None

    def fetch_orders(self, shop_id: str, after: int) -> tuple[Order, ...]:
        """Return the orders placed or cancelled after that seq, over as many pages as there are: the last is empty."""
        path = f"/shops/{quote(shop_id, safe='')}/orders"
        orders: list[Order] = []
        while True:
            answer = self._ask("GET", f"{path}?{urlencode({'after': after, 'limit': ORDERS_PER_PAGE})}")
            page = [_read_order(one) for one in answer.list_of("orders")]
            if not page:
                return tuple(orders)
            for order in page:
                if order.seq <= after:
                    raise answer.wrong("orders", "gives a seq that is not after the one before it")
                after = order.seq
            orders += page

    def send_stock(self, shop_id: str, batch: Batch) -> Receipt:
        """Set absolute numbers; the same batch sent again does nothing twice."""
        answer = self._ask(
            "POST",
            f"/shops/{quote(shop_id, safe='')}/stock",
            f'{{"updates":{write_numbers(batch.updates)}}}'.encode(),
            {"Idempotency-Key": batch.key},
        )
        rejected = tuple((one.text("variant_code"), one.text("reason")) for one in answer.list_of("rejected"))
        return Receipt(answer.count("updated"), answer.count("unchanged"), rejected)

    def report_run(self, report: LinkageReport) -> None:
        """Tell the console what happened."""
        self._ask(
            "POST",
            f"/linkages/{quote(report.linkage_id, safe='')}/runs",
            write_json(
                {
                    "started_at": report.started_at.isoformat(),
                    "finished_at": report.finished_at.isoformat(),
                    "outcome": _name_outcome(report.outcome),
                    "summary": report.summary,
                    "counts": asdict(report.counts),
                }
            ),
            expects_answer=False,
        )

    def _ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        *,
        expects_answer: bool = True,
        once: bool = False,
    ) -> Answer:
        about = f"{method} {path.partition('?')[0]}"
        sent_headers = {**self.pool.headers, "Content-Type": "application/json", **(headers or {})}
        try:
            ask = partial(self.pool.request, method, self.url + path, body=body, headers=sent_headers)
            response = ask(retries=False) if once else ask()
        except (HTTPError, OSError, ValueError) as error:
            raise ShopApiError(
                f"The shop API did not answer {about} ({_reason(error)}); check SYNC_SHOP_URL."
            ) from error
        if response.status in {401, 403}:
            raise ShopTokenRefusedError(
                f"The shop API refuses the token ({response.status} to {about}); "
                "set SYNC_SHOP_TOKEN to the shop's current token."
            )
        if not 200 <= response.status < 300:
            raise ShopApiError(f"The shop API answered {about} with {response.status}{_problem(response.data)}.")
        return Answer.parse(response.data, about) if expects_answer else Answer({}, about)


def _read_linkage(answer: Answer) -> Linkage:
    state = answer.text("state")
    if state not in set(LinkageState):
        raise answer.wrong("state", "is neither active nor paused")
    return Linkage(
        id=answer.text("id"),
        shop_id=answer.text("shop_id"),
        service=answer.text("service"),
        state=LinkageState(state),
        ftp_user=answer.text("ftp_user"),
        ftp_password=answer.text("ftp_password"),
        shop_code=answer.text("shop_code"),
        notify_to=answer.text("notify_to"),
        sync_now=answer.flag("sync_now"),
    )


def _read_order(answer: Answer) -> Order:
    state = answer.text("state")
    if state not in set(OrderState):
        raise answer.wrong("state", "is neither placed nor cancelled")
    lines = tuple(_read_order_line(one) for one in answer.list_of("lines"))
    if not lines:
        raise answer.wrong("lines", "is empty")
    buyer = answer.part("buyer")
    return Order(
        seq=answer.count("seq"),
        order_id=answer.text("order_id"),
        ordered_at=answer.moment("ordered_at").astimezone(JAPAN),
        state=OrderState(state),
        payment_method=answer.text("payment_method"),
        shipping_method=answer.text("shipping_method"),
        buyer=Buyer(*(buyer.text(one.name) for one in fields(Buyer))),
        lines=lines,
    )


def _read_order_line(answer: Answer) -> OrderLine:
    return OrderLine(
        variant_code=answer.optional_text("variant_code"),
        name=answer.text("name"),
        option=answer.text("option"),
        quantity=answer.count("quantity"),
        unit_price=answer.count("unit_price"),
    )


def _name_outcome(outcome: Outcome) -> str:
    """Name an outcome in the contract's three words."""
    match outcome:
        case Outcome.FAILED:
            return "failed"
        case Outcome.SKIPPED:
            return "skipped"
        case _:
            return "ok"


def _reason(error: Exception) -> str:
    """Say in a few words what broke, without object addresses."""
    inner = getattr(error, "reason", None)
    return type(inner).__name__ if isinstance(inner, Exception) else type(error).__name__


def _problem(data: bytes) -> str:
    """Return the title of an RFC 9457 problem, if there is one."""
    try:
        title = json.loads(data)["title"]
    except (ValueError, TypeError, KeyError):
        return ""
    return f" ({title[:200]})" if isinstance(title, str) else ""
