"""A restored snapshot is a change like any other: whoever asks what changed since sees all of it.

Revisions only grow, but the rows that a snapshot brings back carry those of their time. Left so, an engine that keeps a
mirror would be told that nothing changed, and believe in what is no more.
"""

from __future__ import annotations

from simulator.roomclip.changes import Changes
from simulator.roomclip.floor import Floor

_TABLES = ("item", "variant")


class Restoring(Floor):
    """Two calls inside the transaction of a restore, one before the rows are replaced and one after it."""

    def before_restore(self) -> None:
        """Set aside what the snapshot, by the name `snapshot`, takes away from shops that it has too."""
        for table in _TABLES:
            self._store.execute(
                f"CREATE TEMP TABLE taken_{table} AS SELECT * FROM main.rc_{table}"  # noqa: S608 - the names above
                f" WHERE {table}_id NOT IN (SELECT {table}_id FROM snapshot.rc_{table})"
                " AND shop_id IN (SELECT shop_id FROM snapshot.rc_shop)"
            )

    def after_restore(self) -> None:
        """List what was taken away as deleted, and stamp everything with a new revision."""
        for table in _TABLES:
            # Marked before it is back: what took its 商品管理番号 since may be there under another id.
            self._store.execute(f"UPDATE temp.taken_{table} SET deleted = 1")  # noqa: S608 - the names above
            self._store.execute(f"INSERT INTO main.rc_{table} SELECT * FROM temp.taken_{table}")  # noqa: S608 - as above
            self._store.execute(f"DROP TABLE temp.taken_{table}")
        shops = self._shops.all()
        revision = self._shops.next_revision(shops[0].shop_id)
        self._store.execute("UPDATE rc_shop SET revision = ?", (revision,))
        self._store.execute("UPDATE rc_variant SET revision = ?", (revision,))
        Changes(self._store).note_many((int(shop.shop_id) for shop in shops), revision)
