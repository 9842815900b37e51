"""Bodies, queries and answers of the shop API, as contract 3 has them."""

from operator import itemgetter
from typing import Annotated, Literal

import orjson
from pydantic import AwareDatetime, ConfigDict, Field

from simulator.roomclip.items import MAX_PAGE
from simulator.roomclip.linkage import LinkageState, RunOutcome
from simulator.roomclip.listing import MAX_NUMBER, ListingStatus
from simulator.roomclip.ordering import MAX_ORDERS
from simulator.roomclip.sales import MAX_UPDATES, GoodLevels, OrderState, Rejection, find_good
from simulator.web.spec import AnswerModel, ApiModel, QueryModel

Sequence = Annotated[int, Field(ge=0, le=2**62)]


class NoQuery(QueryModel):
    """An operation without parameters; unknown ones are refused like everywhere."""


class LinkagesQuery(QueryModel):
    """Which linkages: those of these ids, all where none is named."""

    id: list[str] = Field(default_factory=list)


class VariantsQuery(QueryModel):
    """Which variants. `cursor`: the next_cursor of the page before; `changed_after`: a revision; `code`: exact."""

    limit: Annotated[int, Field(ge=1, le=MAX_PAGE)] = 1000
    cursor: str | None = None
    changed_after: Sequence | None = None
    code: list[str] = Field(default_factory=list)


class OrdersQuery(QueryModel):
    """Which orders: those after `after`."""

    after: Sequence = 0
    limit: Annotated[int, Field(ge=1, le=MAX_ORDERS)] = 100


class LinkageAnswer(AnswerModel):
    """One linkage, with what an engine needs for it. The password is TEMPOSTAR's FTP password."""

    id: Annotated[str, Field(examples=["1"])]
    shop_id: Annotated[str, Field(examples=["1"])]
    service: Annotated[str, Field(examples=["tempostar"])]
    state: Literal[LinkageState.ACTIVE, LinkageState.PAUSED]
    ftp_user: Annotated[str, Field(examples=["10001_0"])]
    ftp_password: str
    shop_code: Annotated[str, Field(examples=["20001"])]
    notify_to: Annotated[str, Field(examples=["owner@shop.example"])]
    saved_at: Annotated[str, Field(examples=["2026-04-01T09:00:00+09:00"], json_schema_extra={"format": "date-time"})]
    sync_now: bool


class LinkagesAnswer(AnswerModel):
    """Every linkage that was saved."""

    linkages: list[LinkageAnswer]


class VariantAnswer(AnswerModel):
    """One variant. `variant_code` null: blank; `deleted` is there, and true, for deleted ones only."""

    variant_id: Annotated[str, Field(examples=["0000000001"])]
    variant_code: Annotated[str | None, Field(examples=["TABLE-1"])]
    stock: int
    listing_status: ListingStatus
    deleted: bool = False


class VariantsAnswer(AnswerModel):
    """A page of variants. `next_cursor` null: the last page; `revision`: for `changed_after`, the next time."""

    variants: list[VariantAnswer]
    next_cursor: str | None
    revision: int


class StockLevel(ApiModel):
    """The number a variant is to have."""

    variant_code: Annotated[str, Field(min_length=1)]
    stock: Annotated[int, Field(ge=0, le=MAX_NUMBER)]


class StockUpdates(ApiModel):
    """Absolute stock by code, each code once."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"updates": [{"variant_code": "A-1", "stock": 3}]}]})

    updates: Annotated[list[StockLevel], Field(min_length=1, max_length=MAX_UPDATES)]

    def pairs(self) -> list[tuple[str, int]]:
        """Code and stock of each row."""
        return [(update.variant_code, update.stock) for update in self.updates]


_CODE, _STOCK = itemgetter("variant_code"), itemgetter("stock")


def read_levels(body: bytes) -> GoodLevels | None:
    """Code and stock of each row of a body that `StockUpdates` would take and nothing can be said against, no model a
    row; None for any other."""
    try:
        content = orjson.loads(body)
        rows = content["updates"]
        if len(content) > 1 or set(map(len, rows)) != {2}:
            return None
        return find_good(list(map(_CODE, rows)), list(map(_STOCK, rows)))
    except (ValueError, TypeError, LookupError):
        return None


class RejectedAnswer(AnswerModel):
    """A code that changed nothing."""

    variant_code: str
    reason: Rejection


class StockAnswer(AnswerModel):
    """What became of a stock update."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"updated": 1, "unchanged": 0, "rejected": [{"variant_code": "no-such-code", "reason": "unknown"}]}
            ]
        }
    )

    updated: int
    unchanged: int
    rejected: list[RejectedAnswer]


class BuyerAnswer(AnswerModel):
    """Who bought."""

    name: str
    name_kana: str
    postal_code: str
    address: str
    phone: str
    mail: str


class LineAnswer(AnswerModel):
    """One line of an order; `unit_price`: yen."""

    variant_code: str | None
    name: str
    option: str
    quantity: int
    unit_price: int


class OrderAnswer(AnswerModel):
    """One order; cancelled, it comes again under a new seq."""

    seq: int
    order_id: Annotated[str, Field(examples=["RC00000001"])]
    ordered_at: Annotated[str, Field(json_schema_extra={"format": "date-time"})]
    state: OrderState
    payment_method: Annotated[str, Field(examples=["クレジットカード"])]
    shipping_method: Annotated[str, Field(examples=["その他"])]
    buyer: BuyerAnswer
    lines: list[LineAnswer]


class OrdersAnswer(AnswerModel):
    """Orders, oldest change first; `last_seq`: for `after`, the next time."""

    orders: list[OrderAnswer]
    last_seq: int


class RunReport(ApiModel):
    """What an engine tells of one run for one linkage; `counts`: whatever it counts."""

    started_at: AwareDatetime
    finished_at: AwareDatetime
    outcome: RunOutcome
    summary: Annotated[str, Field(max_length=4000)] = ""
    counts: Annotated[dict[str, Annotated[int, Field(ge=-(2**53), le=2**53)]], Field(max_length=50)] = Field(
        default_factory=dict
    )


class RunAnswer(AnswerModel):
    """The report was taken into 連携履歴."""

    id: str
