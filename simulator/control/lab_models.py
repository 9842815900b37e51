"""Bodies, queries and answers of the operations on the lab itself. Times are RFC 3339, lab time."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, FiniteFloat, JsonValue, RootModel

from simulator.clock import MAX_ADVANCE
from simulator.web.spec import AnswerModel, ApiModel, QueryModel

LARGEST_WAIT = 60
_MOST_MINUTES = MAX_ADVANCE.total_seconds() / 60

Seq = Annotated[int, Field(ge=0, le=2**53)]
Seconds = Annotated[FiniteFloat, Field(ge=0, le=LARGEST_WAIT)]


class ClockChange(ApiModel):
    """What to change of the clock; what is left out stays. Time does not go backwards."""

    now: str | None = None
    mode: Literal["frozen", "running"] | None = None
    rate: FiniteFloat | None = None


class Advance(ApiModel):
    """How much lab time shall pass."""

    minutes: Annotated[FiniteFloat, Field(ge=0, le=_MOST_MINUTES)] = 0
    seconds: Annotated[FiniteFloat, Field(ge=0, le=_MOST_MINUTES * 60)] = 0


class ClockState(AnswerModel):
    """What the clock shows, and when the next thing falls due (null: nothing is planned)."""

    now: str
    mode: str
    rate: float
    next_due: str | None


class RateAndMode(AnswerModel):
    """How the clock runs."""

    mode: str
    rate: float


class LabState(AnswerModel):
    """The lab at a glance; no secrets. `faults`: how many are still to strike."""

    lab_id: str
    now: str
    clock: RateAndMode
    next_due: str | None
    endpoints: dict[str, JsonValue]
    settings: dict[str, JsonValue]
    tempostar: dict[str, int]
    roomclip: dict[str, int]
    faults: int
    mails: int
    journal: int
    snapshots: list[str]


class FtpAccountOf(AnswerModel):
    """A company's way into the FTPS area; password null before one was issued."""

    company_id: int
    user: str
    password: str | None


class Credentials(AnswerModel):
    """Everything an engine and a person need to get in. `environment`: the variables of contract 4 without
    SYNC_STATE_DIR, and, for trying by hand, those of the first company's FTP account and shop; `authority`: the
    certificate (PEM) in the file SYNC_FTPS_CA, for who is on another machine."""

    lab_id: str
    environment: dict[str, str]
    authority: str
    api_token: str
    ftp_accounts: list[FtpAccountOf]
    shop_codes: list[str]


class JournalQuery(QueryModel):
    """Which entries: after a number, of a service, of a kind or its first part, about a SKU."""

    after: Seq = 0
    service: str = ""
    kind: str = ""
    sku: str = ""
    limit: Annotated[int, Field(ge=1, le=10_000)] = 1000


class JournalWaitQuery(QueryModel):
    """Which entry to wait for; `timeout` in seconds of real time."""

    after: Seq = 0
    service: str = ""
    kind: str = ""
    sku: str = ""
    timeout: Seconds = 10.0


class JournalEntry(AnswerModel):
    """One thing that happened."""

    seq: int
    at: str
    service: str
    kind: str
    summary: str
    data: dict[str, Any]
    skus: list[str]


class JournalPage(AnswerModel):
    """Entries, oldest first. `last_seq`: the highest number given out so far, in this list or not."""

    entries: list[JournalEntry]
    last_seq: int


class MailQuery(QueryModel):
    """Which mails: after a number, to an address, with a text in the subject."""

    after: Seq = 0
    to: str = ""
    subject: str = ""
    limit: Annotated[int, Field(ge=1, le=10_000)] = 1000


class MailWaitQuery(QueryModel):
    """Which mail to wait for; `timeout` in seconds of real time."""

    after: Seq = 0
    to: str = ""
    subject: str = ""
    timeout: Seconds = 10.0


class MailItem(AnswerModel):
    """One mail. `date`: its Date header; `body`: its text."""

    seq: int
    received_at: str
    sender: str
    recipients: list[str]
    subject: str
    date: str
    body: str


class MailPage(AnswerModel):
    """Mails, oldest first."""

    mails: list[MailItem]


class SnapshotNames(AnswerModel):
    """The states kept, by name."""

    snapshots: list[str]


class SeedWish(ApiModel):
    """How many SKUs, and which of the invented catalogues."""

    skus: int
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] = 1


class Seeded(AnswerModel):
    """What was added on both ends."""

    skus: int
    products: int


class ManyWish(ApiModel):
    """How many companies, shops in all and SKUs of each shop, and which of the invented catalogues."""

    companies: int
    shops: int
    skus_per_shop: int
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] = 1


class ManyMade(AnswerModel):
    """What was set up, all shops together, and when their first pass is due."""

    companies: int
    shops: int
    skus: int
    next_due: str | None


class SettingsState(AnswerModel):
    """All settings with their present values."""

    settings: dict[str, JsonValue]


class SettingsChange(RootModel[dict[str, JsonValue]]):
    """New values by setting name; what is left out stays."""
