"""How a fleet stands in sums, and linkage by linkage, without reading what is remembered of each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reference.adapters.database import name_place, telling_state_errors

if TYPE_CHECKING:
    from datetime import datetime

    import psycopg

    from reference.adapters.database import Row
    from reference.config import Database


@dataclass(frozen=True, slots=True)
class FleetSums:
    """A fleet in sums; a lag is the seconds since an active linkage's last success, None where there is none."""

    linkages: int
    active: int
    paused: int
    incidents: int
    missed_news: int
    held: int
    never_succeeded: int
    median_lag: float | None
    longest_lag: float | None
    passes_waiting: int
    passes_on: int
    unsent_mails: int


def read_sums(connection: psycopg.Connection[Row], database: Database, now: datetime) -> FleetSums:
    """Sum the fleet up; raises `StateError`."""
    with telling_state_errors(name_place(database)):
        linkages = connection.execute(_LINKAGES, {"now": now}).fetchone() or {}
        mails = connection.execute("SELECT count(*) AS unsent_mails FROM letter").fetchone() or {}
        queue = connection.execute("SELECT to_regclass('procrastinate_jobs') IS NOT NULL AS there").fetchone() or {}
        passes: dict[str, int] = {}
        if queue.get("there"):
            rows = connection.execute("SELECT status::text, count(*) AS sum FROM procrastinate_jobs GROUP BY status")
            passes = {row["status"]: row["sum"] for row in rows}
    return FleetSums(**linkages, **mails, passes_waiting=passes.get("todo", 0), passes_on=passes.get("doing", 0))


def read_standings(
    connection: psycopg.Connection[Row], database: Database, now: datetime, *, most: int | None = None
) -> list[dict[str, Any]]:
    """Return how each linkage stands, those that want looking after first; `most`: only these, and so many of them."""
    wanted = "incident_opened_at IS NOT NULL OR missed_news OR held_codes > 0"
    query = f"SELECT standing, {_LAG} AS lag FROM linkage "  # noqa: S608 - our own words
    if most is not None:
        query += f"WHERE {wanted} "
    query += f"ORDER BY ({wanted}) DESC, incident_opened_at, linkage_id LIMIT %(most)s"
    with telling_state_errors(name_place(database)):
        rows = connection.execute(query.encode(), {"now": now, "most": most}).fetchall()
        return [{**json.loads(row["standing"]), "lag_seconds": row["lag"]} for row in rows]


_LAG = "extract(epoch FROM %(now)s::timestamptz - last_success_at)::float8"
_LINKAGES = (
    "SELECT count(*) AS linkages, count(*) FILTER (WHERE NOT paused) AS active, "  # noqa: S608 - our own words
    "count(*) FILTER (WHERE paused) AS paused, "
    "count(*) FILTER (WHERE incident_opened_at IS NOT NULL) AS incidents, "
    "count(*) FILTER (WHERE missed_news) AS missed_news, count(*) FILTER (WHERE held_codes > 0) AS held, "
    "count(*) FILTER (WHERE NOT paused AND last_success_at IS NULL) AS never_succeeded, "
    f"percentile_cont(0.5) WITHIN GROUP (ORDER BY {_LAG}) FILTER (WHERE NOT paused) AS median_lag, "
    f"max({_LAG}) FILTER (WHERE NOT paused) AS longest_lag FROM linkage"
).encode()
