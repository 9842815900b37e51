"""How a linkage stands, as the few values that `zaikosync status` and the fleet's figures show of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reference.domain.orders import Stage

if TYPE_CHECKING:
    from reference.domain.linkage import Memory
    from reference.domain.watch import MissedNews


def describe(memory: Memory) -> dict[str, Any]:
    """Return what `status` shows of a linkage as JSON values."""
    newest, incident, success = memory.newest, memory.incident, memory.last_success_at
    return {
        "linkage_id": memory.linkage_id,
        "shop_id": memory.shop_id,
        "shop_code": memory.shop_code,
        "paused": memory.paused,
        "last_success_at": success.isoformat() if success else None,
        "last_file": {"name": newest.name, "modified_at": newest.modified_at.isoformat(), "size": newest.size}
        if newest
        else None,
        "incident": {"opened_at": incident.opened_at.isoformat(), "causes": list(incident.told)} if incident else None,
        "missed_news": describe_missed(memory.watch.missed),
        "held_codes": memory.brake.codes,
        "released": memory.brake.released,
        "waiting_codes": len(memory.waiting),
        "queued_updates": sum(len(batch.updates) for batch in memory.queue),
        "waiting_orders": len(memory.orders.not_handed_over),
        "orders_not_taken_in": count_not_taken_in(memory),
    }


def describe_missed(missed: MissedNews | None) -> dict[str, str] | None:
    """Return a notice of missed news as JSON values."""
    return {"since": missed.since.isoformat()} if missed else None


def count_not_taken_in(memory: Memory) -> int:
    """Count the orders handed over that TEMPOSTAR has not taken in, as far as is known."""
    stages = {Stage.HANDED_OVER, Stage.REFUSED}
    return sum(len(file.orders) for file in memory.orders.files if file.stage in stages)
