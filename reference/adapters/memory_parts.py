"""What is remembered of a linkage as seven JSON texts, one for each part that changes on its own.

Times are ISO 8601 with their offset. A text holds any character: JSON escapes the NUL that PostgreSQL's text has no
room for. The queue of a pass that was killed may have a million rows: it is written and read batch by batch.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from reference.adapters.moments import read_time, write_time
from reference.adapters.order_records import read_orders, write_orders
from reference.domain.brake import Brake, HeldFile
from reference.domain.incident import Cause, Incident
from reference.domain.linkage import FileStamp, Memory, Problem, ProblemKind
from reference.domain.orders import OrderBook, OrderFile, Stage
from reference.domain.plan import Batch, list_numbers, read_numbers
from reference.domain.watch import MissedNews, Watch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PARTS = ("place", "waiting", "queue", "told", "orders", "watch", "brake")


def write_parts(memory: Memory) -> dict[str, str]:
    """Return the parts of a memory by name."""
    values = {
        "place": _write_place(memory),
        "waiting": dict(memory.waiting),
        "told": sorted([one.kind.value, one.sku_code, one.reason] for one in memory.told),
        "orders": _write_orders(memory.orders),
        "watch": _write_watch(memory.watch),
        "brake": _write_brake(memory.brake),
    }
    texts = {name: _write(value) for name, value in values.items()}
    return texts | {"queue": f"[{', '.join(_write(_write_batch(batch)) for batch in memory.queue)}]"}


def read_parts(parts: Mapping[str, str]) -> Memory:
    """Return the memory that was written as these parts; raises ValueError, TypeError or KeyError for any others."""
    values = {name: json.loads(parts[name]) for name in PARTS if name != "queue"}
    place = values["place"]
    return Memory(
        linkage_id=place["linkage_id"],
        shop_id=place["shop_id"],
        ftp_user=place["ftp_user"],
        shop_code=place["shop_code"],
        notify_to=place["notify_to"],
        paused=place["paused"],
        files=tuple(_read_stamp(stamp) for stamp in place["files"]),
        newest=_read_stamp(place["newest"]) if place["newest"] else None,
        waiting=values["waiting"],
        queue=tuple(_read_queue(parts["queue"])),
        told=frozenset(Problem(ProblemKind(kind), code, reason) for kind, code, reason in values["told"]),
        incident=_read_incident(place["incident"]),
        last_success_at=read_time(place["last_success_at"]),
        orders=_read_orders(values["orders"]),
        watch=_read_watch(values["watch"]),
        brake=_read_brake(values["brake"]),
    )


def _write(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _write_place(memory: Memory) -> dict[str, Any]:
    incident = memory.incident
    return {
        "linkage_id": memory.linkage_id,
        "shop_id": memory.shop_id,
        "ftp_user": memory.ftp_user,
        "shop_code": memory.shop_code,
        "notify_to": memory.notify_to,
        "paused": memory.paused,
        "files": [_write_stamp(stamp) for stamp in memory.files],
        "newest": _write_stamp(memory.newest) if memory.newest else None,
        "incident": [incident.opened_at.isoformat(), *incident.told] if incident else None,
        "last_success_at": write_time(memory.last_success_at),
    }


def _read_incident(told: list[str] | None) -> Incident | None:
    return Incident(datetime.fromisoformat(told[0]), tuple(Cause(cause) for cause in told[1:])) if told else None


def _write_batch(batch: Batch) -> list[Any]:
    return [batch.key, batch.written_at.isoformat(), list_numbers(batch.updates)]


def _read_queue(text: str) -> Iterator[Batch]:
    """Read an array of batches one by one, as `write_parts` writes it; raises ValueError for any other."""
    decoder, at = json.JSONDecoder(), 1
    if not (text.startswith("[") and text.endswith("]")):
        raise ValueError("the queue is no list")
    while at < len(text) - 1:
        (key, written_at, numbers), at = decoder.raw_decode(text, at)
        yield Batch(key, read_numbers(numbers), datetime.fromisoformat(written_at))
        if at < len(text) - 1 and not text.startswith(", ", at):
            raise ValueError("between two batches of the queue is no comma")
        at += 2


def _write_orders(book: OrderBook) -> dict[str, Any]:
    return {
        "after": book.after,
        "named_at": write_time(book.named_at),
        "waiting": write_orders(book.waiting),
        "files": [
            {
                "name": file.name,
                "stage": file.stage.value,
                "taken_in_at": write_time(file.taken_in_at),
                "cancelled": sorted(file.cancelled),
                "orders": write_orders(file.orders),
            }
            for file in book.files
        ],
    }


def _read_orders(book: dict[str, Any]) -> OrderBook:
    return OrderBook(
        after=book["after"],
        named_at=read_time(book["named_at"]),
        waiting=read_orders(book["waiting"]),
        files=tuple(
            OrderFile(
                name=file["name"],
                orders=read_orders(file["orders"]),
                stage=Stage(file["stage"]),
                cancelled=frozenset(file["cancelled"]),
                taken_in_at=read_time(file["taken_in_at"]),
            )
            for file in book["files"]
        ),
    )


def _write_watch(watch: Watch) -> dict[str, Any]:
    missed = watch.missed
    return {
        "active_since": write_time(watch.active_since),
        "looked_at": write_time(watch.looked_at),
        "missed": [missed.since.isoformat(), missed.heard_from.isoformat()] if missed else None,
        "digest": watch.digest,
        "rewrites": watch.rewrites,
    }


def _read_watch(watch: dict[str, Any]) -> Watch:
    missed = watch["missed"]
    return Watch(
        active_since=read_time(watch["active_since"]),
        looked_at=read_time(watch["looked_at"]),
        missed=MissedNews(*(datetime.fromisoformat(time) for time in missed)) if missed else None,
        digest=watch["digest"],
        rewrites=watch["rewrites"],
    )


def _write_brake(brake: Brake) -> dict[str, Any]:
    return {
        "held": [[_write_stamp(file.stamp), dict(file.levels)] for file in brake.held],
        "zeros": brake.zeros,
        "in_stock": brake.in_stock,
        "released": brake.released,
        "settled_at": write_time(brake.settled_at),
    }


def _read_brake(brake: dict[str, Any]) -> Brake:
    return Brake(
        held=tuple(HeldFile(_read_stamp(stamp), levels) for stamp, levels in brake["held"]),
        zeros=brake["zeros"],
        in_stock=brake["in_stock"],
        released=brake["released"],
        settled_at=read_time(brake["settled_at"]),
    )


def _write_stamp(stamp: FileStamp) -> list[Any]:
    return [stamp.modified_at.isoformat(), stamp.name, stamp.size]


def _read_stamp(row: list[Any]) -> FileStamp:
    modified_at, name, size = row
    return FileStamp(datetime.fromisoformat(modified_at), name, size)
