"""Engines that are wrong in what only a kill brings to light: each function takes the right one and returns it so."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from reference.service.sync import Sync


@dataclass(frozen=True, slots=True)
class Otherwise:
    """A part of the engine, some of whose methods are others."""

    part: Any
    others: dict[str, Any]

    def __getattr__(self, name: str) -> Any:
        return self.others.get(name) or getattr(self.part, name)


def records_a_mail_before_it_sends_it(sync: Sync) -> Sync:
    def send(letter):
        sync.state.mark_sent([letter.key])
        sync.mailer.send(letter)

    return replace(sync, mailer=Otherwise(sync.mailer, {"send": send}))


def sends_a_mail_and_forgets_it(sync: Sync) -> Sync:
    return replace(sync, state=Otherwise(sync.state, {"mark_sent": lambda _: None}))


def records_stock_before_it_sends_it(sync: Sync) -> Sync:
    def send_stock(shop_id, batch):
        (memory,) = sync.state.recall_all()
        sync.state.save(replace(memory, queue=()))
        return sync.shop.send_stock(shop_id, batch)

    return replace(sync, shop=Otherwise(sync.shop, {"send_stock": send_stock}))


def records_in_two_steps(sync: Sync) -> Sync:
    def save(memory, *told):
        if memory.queue:
            sync.state.save(replace(memory, queue=()))
        sync.state.save(memory, *told)

    return replace(sync, state=Otherwise(sync.state, {"save": save}))


def hands_orders_over_without_looking(sync: Sync) -> Sync:
    """An order file whose name is taken gets the next one, whatever is in the file that has the name."""

    @contextmanager
    def visit(linkage):
        with sync.stock_area.visit(linkage) as folder:

            def put_order_file(name, content):
                return folder.find_order_file(name) is None and folder.put_order_file(name, content)

            yield Otherwise(folder, {"put_order_file": put_order_file})

    return replace(sync, stock_area=Otherwise(sync.stock_area, {"visit": visit}))
