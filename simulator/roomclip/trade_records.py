"""Rows of orders, linkages, their runs, and answers kept for repeated requests: SQL."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

from simulator.roomclip.linkage import Linkage, LinkageInputs, LinkageState, Run, RunOutcome, RunRecord
from simulator.roomclip.records import number_of
from simulator.roomclip.sales import Buyer, Order, OrderLine, OrderState, RejectedUpdate, Rejection, StockReport

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection

    from simulator.store import Store

_KEPT_ANSWERS = 1000
_DIGITS = 15


class OrderRecords:
    """Reads and writes orders."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, shop_id: str, order: Order) -> Order:
        """Insert an order; its id is given here."""
        number = self._store.execute(
            "INSERT INTO rc_order (shop_id, seq, ordered_at, state, payment_method, shipping_method, buyer, lines)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                int(shop_id),
                order.seq,
                order.ordered_at.isoformat(),
                order.state,
                order.payment_method,
                order.shipping_method,
                json.dumps(asdict(order.buyer), ensure_ascii=False),
                json.dumps([asdict(line) for line in order.lines], ensure_ascii=False),
            ),
        ).lastrowid
        found = self._store.row("SELECT * FROM rc_order WHERE order_no = ?", (number,))
        assert found is not None  # noqa: S101 - written just now
        return _order(found)

    def find(self, shop_id: str, order_id: str) -> Order | None:
        """One order, None when the shop has none of that id."""
        number = number_of("order", order_id.removeprefix("RC"))
        row = self._store.row("SELECT * FROM rc_order WHERE order_no = ? AND shop_id = ?", (number, int(shop_id)))
        order = None if row is None else _order(row)
        return order if order is not None and order.order_id == order_id else None

    def after(self, shop_id: str, seq: int, limit: int) -> tuple[Order, ...]:
        """Orders changed after `seq`, oldest change first."""
        rows = self._store.rows(
            "SELECT * FROM rc_order WHERE shop_id = ? AND seq > ? ORDER BY seq LIMIT ?", (int(shop_id), seq, limit)
        )
        return tuple(_order(row) for row in rows)

    def latest(self, shop_id: str, beginning: int, limit: int) -> tuple[Order, ...]:
        """A stretch of the shop's orders, the latest placed first."""
        rows = self._store.rows(
            "SELECT * FROM rc_order WHERE shop_id = ? ORDER BY order_no DESC LIMIT ? OFFSET ?",
            (int(shop_id), limit, beginning),
        )
        return tuple(_order(row) for row in rows)

    def count(self, shop_id: str) -> int:
        """How many orders the shop has."""
        row = self._store.row("SELECT count(*) AS n FROM rc_order WHERE shop_id = ?", (int(shop_id),))
        return 0 if row is None else int(row["n"])

    def set_state(self, order_id: str, state: OrderState, seq: int) -> None:
        """Change an order's state, under a new seq."""
        number = number_of("order", order_id.removeprefix("RC"))
        self._store.execute("UPDATE rc_order SET state = ?, seq = ? WHERE order_no = ?", (state, seq, number))


class AnswerRecords:
    """Answers of stock updates by Idempotency-Key, the latest 1,000."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def find(self, shop_id: str, key: str) -> tuple[str, StockReport] | None:
        """The digest of the request and its answer."""
        row = self._store.row("SELECT * FROM rc_answer WHERE shop_id = ? AND key = ?", (int(shop_id), key))
        if row is None:
            return None
        kept = json.loads(row["answer"])
        rejected = tuple(RejectedUpdate(code, Rejection(reason)) for code, reason in kept["rejected"])
        return row["request"], StockReport(kept["updated"], kept["unchanged"], rejected)

    def keep(self, shop_id: str, key: str, request: str, report: StockReport) -> None:
        """Remember an answer."""
        answer = {
            "updated": report.updated,
            "unchanged": report.unchanged,
            "rejected": [(one.variant_code, one.reason) for one in report.rejected],
        }
        number = self._store.execute(
            "INSERT INTO rc_answer (shop_id, key, request, answer) VALUES (?, ?, ?, ?)",
            (int(shop_id), key, request, json.dumps(answer)),
        ).lastrowid
        self._store.execute("DELETE FROM rc_answer WHERE number <= ?", ((number or 0) - _KEPT_ANSWERS,))


class LinkageRecords:
    """Reads and writes linkages and their runs."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, shop_id: str, service: str, applied_at: datetime, secrets: tuple[str, str]) -> Linkage:
        """Insert a linkage that was applied for. `secrets`: token of the URL, key of pushes."""
        self._store.execute(
            "INSERT INTO rc_linkage (shop_id, service, state, applied_at, url_token, store_account, auth_key)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                int(shop_id),
                service,
                LinkageState.APPLIED,
                applied_at.isoformat(),
                secrets[0],
                f"roomclip{shop_id}",
                secrets[1],
            ),
        )
        return self._only("shop_id = ?", int(shop_id))

    def of_shop(self, shop_id: str) -> Linkage | None:
        """The shop's linkage."""
        return self._find("shop_id = ?", int(shop_id))

    def by_id(self, linkage_id: str) -> Linkage | None:
        """The linkage of an id."""
        return self._find("linkage_id = ?", number_of("linkage", linkage_id))

    def by_token(self, token: str) -> Linkage | None:
        """The linkage whose 在庫更新用URL ends in `token`."""
        return self._find("url_token = ?", token)

    def saved(self, limit: int = -1) -> tuple[Linkage, ...]:
        """The linkages that were saved, by id; `limit` at most, all of them for -1."""
        rows = self._store.rows(
            "SELECT * FROM rc_linkage WHERE saved_at IS NOT NULL ORDER BY linkage_id LIMIT ?", (limit,)
        )
        return tuple(_linkage(row) for row in rows)

    def saved_with(self, shop_codes: Collection[str]) -> tuple[Linkage, ...]:
        """Of these, those with one of the shop codes."""
        rows = self._store.rows(
            "SELECT * FROM rc_linkage WHERE saved_at IS NOT NULL AND shop_code IN (SELECT value FROM json_each(?))"
            " ORDER BY linkage_id",
            (json.dumps(list(shop_codes)),),
        )
        return tuple(_linkage(row) for row in rows)

    def saved_as_json(self, linkage_ids: Collection[str]) -> str:
        """What `saved` gives, of these ids or of all where none is named, as the JSON list that the shop API answers:
        put together in the store, for an engine asks for thousands of them at each pass."""
        wanted = json.dumps(
            [int(one) for one in linkage_ids if len(one) <= _DIGITS and one.isdecimal() and one == str(int(one))]
        )
        named = " AND linkage_id IN (SELECT value FROM json_each(:wanted))" if linkage_ids else ""
        row = self._store.rows(
            "SELECT json_group_array(json_object('id', CAST(linkage_id AS TEXT), 'shop_id', CAST(shop_id AS TEXT),"  # noqa: S608 - fixed text
            " 'service', service, 'state', state, 'ftp_user', ftp_user, 'ftp_password', ftp_password,"
            " 'shop_code', shop_code, 'notify_to', notify_to, 'saved_at', saved_at,"
            " 'sync_now', json(iif(sync_now, 'true', 'false')))) AS linkages"
            f" FROM (SELECT * FROM rc_linkage WHERE saved_at IS NOT NULL{named} ORDER BY linkage_id)",
            {"wanted": wanted},
        )[0]
        return str(row["linkages"])

    def save(self, linkage: Linkage, inputs: LinkageInputs, state: LinkageState, saved_at: datetime) -> Linkage:
        """Keep what the merchant entered; a run is wanted at once."""
        self._store.execute(
            "UPDATE rc_linkage SET ftp_user = ?, ftp_password = ?, shop_code = ?, notify_to = ?, state = ?,"
            " saved_at = ?, sync_now = 1 WHERE linkage_id = ?",
            (
                inputs.ftp_user,
                inputs.ftp_password,
                inputs.shop_code,
                inputs.notify_to,
                state,
                saved_at.isoformat(),
                int(linkage.linkage_id),
            ),
        )
        return self._only("linkage_id = ?", int(linkage.linkage_id))

    def set_state(self, linkage: Linkage, state: LinkageState, *, sync_now: bool) -> Linkage:
        """Change state and wish for a run."""
        self._store.execute(
            "UPDATE rc_linkage SET state = ?, sync_now = ? WHERE linkage_id = ?",
            (state, int(sync_now), int(linkage.linkage_id)),
        )
        return self._only("linkage_id = ?", int(linkage.linkage_id))

    def add_run(self, linkage: Linkage, reported_at: datetime, run: Run) -> RunRecord:
        """Insert a run."""
        run_id = self._store.execute(
            "INSERT INTO rc_run (linkage_id, reported_at, started_at, finished_at, outcome, summary, counts)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                int(linkage.linkage_id),
                reported_at.isoformat(),
                run.started_at.isoformat(),
                run.finished_at.isoformat(),
                run.outcome,
                run.summary,
                json.dumps(run.counts, ensure_ascii=False),
            ),
        ).lastrowid
        return RunRecord(str(run_id), linkage.linkage_id, reported_at, run)

    def runs(self, linkage_id: str, limit: int, beginning: int = 0) -> tuple[RunRecord, ...]:
        """The latest runs but for the first `beginning`, newest first."""
        rows = self._store.rows(
            "SELECT * FROM rc_run WHERE linkage_id = ? ORDER BY run_id DESC LIMIT ? OFFSET ?",
            (int(linkage_id), limit, beginning),
        )
        return tuple(_run(row) for row in rows)

    def count_runs(self, linkage_id: str) -> int:
        """How many runs there were."""
        row = self._store.row("SELECT count(*) AS n FROM rc_run WHERE linkage_id = ?", (int(linkage_id),))
        return 0 if row is None else int(row["n"])

    def last_success(self, linkage_id: str) -> RunRecord | None:
        """The latest run that ended well."""
        row = self._store.row(
            "SELECT * FROM rc_run WHERE linkage_id = ? AND outcome = 'ok' ORDER BY run_id DESC LIMIT 1",
            (int(linkage_id),),
        )
        return None if row is None else _run(row)

    def _find(self, condition: str, value: object) -> Linkage | None:
        row = self._store.row(f"SELECT * FROM rc_linkage WHERE {condition}", (value,))  # noqa: S608 - fixed text
        return None if row is None else _linkage(row)

    def _only(self, condition: str, value: object) -> Linkage:
        found = self._find(condition, value)
        assert found is not None  # noqa: S101 - written just now
        return found


def _order(row: sqlite3.Row) -> Order:
    return Order(
        seq=row["seq"],
        order_id=f"RC{row['order_no']:08d}",
        ordered_at=datetime.fromisoformat(row["ordered_at"]),
        state=OrderState(row["state"]),
        payment_method=row["payment_method"],
        shipping_method=row["shipping_method"],
        buyer=Buyer(**json.loads(row["buyer"])),
        lines=tuple(OrderLine(**line) for line in json.loads(row["lines"])),
    )


def _linkage(row: sqlite3.Row) -> Linkage:
    saved_at = row["saved_at"]
    return Linkage(
        linkage_id=str(row["linkage_id"]),
        shop_id=str(row["shop_id"]),
        service=row["service"],
        state=LinkageState(row["state"]),
        applied_at=datetime.fromisoformat(row["applied_at"]),
        inputs=None
        if saved_at is None
        else LinkageInputs(row["ftp_user"], row["ftp_password"], row["shop_code"], row["notify_to"]),
        saved_at=None if saved_at is None else datetime.fromisoformat(saved_at),
        sync_now=bool(row["sync_now"]),
        store_account=row["store_account"],
        url_token=row["url_token"],
        auth_key=row["auth_key"],
    )


def _run(row: sqlite3.Row) -> RunRecord:
    run = Run(
        datetime.fromisoformat(row["started_at"]),
        datetime.fromisoformat(row["finished_at"]),
        RunOutcome(row["outcome"]),
        row["summary"],
        json.loads(row["counts"]),
    )
    return RunRecord(str(row["run_id"]), str(row["linkage_id"]), datetime.fromisoformat(row["reported_at"]), run)
