"""Operations on RoomClip: what its console and its buyers do (guide 4 and 5)."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from simulator.control import roomclip_models as models
from simulator.control.routing import route
from simulator.roomclip.listing import ItemInput, VariantInput
from simulator.roomclip.sales import Buyer
from simulator.web.spec import Done, read_body

if TYPE_CHECKING:
    from simulator.control.ports import Lab
    from simulator.roomclip.linkage import Linkage, RunRecord
    from simulator.roomclip.sales import Order

_NOT_FOUND, _CONFLICT = HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT


class ItemRoutes:
    """Shops and 商品管理."""

    def __init__(self, lab: Lab) -> None:
        self._roomclip = lab.roomclip

    @route("GET", "/shops", answer=models.RoomClipShops)
    def shops(self) -> models.RoomClipShops:
        """All shops of RoomClip."""
        return models.RoomClipShops(shops=[models.RoomClipShop.model_validate(one) for one in self._roomclip.shops()])

    @route("POST", "/shops", json=models.NewRoomClipShop, answer=models.RoomClipShop, status=HTTPStatus.CREATED)
    def add_shop(self, json: models.NewRoomClipShop) -> models.RoomClipShop:
        """Open another shop."""
        return models.RoomClipShop.model_validate(self._roomclip.add_shop(json.name, json.owner_mail))

    @route("GET", "/shops/<shop_id>/items", query=models.ItemsQuery, answer=models.ItemList, problems=(_NOT_FOUND,))
    def items(self, shop_id: str, query: models.ItemsQuery) -> models.ItemList:
        """A page of 商品管理."""
        return models.ItemList.model_validate(
            self._roomclip.items(shop_id, query.search, query.page, status=query.status, in_stock=query.in_stock)
        )

    @route(
        "POST",
        "/shops/<shop_id>/items",
        json=models.NewItem,
        answer=models.ItemItem,
        status=HTTPStatus.CREATED,
        problems=(_NOT_FOUND, _CONFLICT),
    )
    def register_item(self, shop_id: str, json: models.NewItem) -> models.ItemItem:
        """Register one item (guide 4.1)."""
        return models.ItemItem.model_validate(self._roomclip.register_item(shop_id, _item(json)))

    @route(
        "PUT",
        "/shops/<shop_id>/items",
        json=models.NewItem,
        answer=models.ItemItem,
        problems=(_NOT_FOUND, _CONFLICT),
    )
    def edit_item(self, shop_id: str, json: models.NewItem) -> models.ItemItem:
        """Change an item's name, status, codes and prices; its stock stays."""
        return models.ItemItem.model_validate(self._roomclip.edit_item(shop_id, _item(json)))

    @route("DELETE", "/shops/<shop_id>/items", query=models.ItemQuery, answer=Done, problems=(_NOT_FOUND,))
    def delete_item(self, shop_id: str, query: models.ItemQuery) -> Done:
        """Take an item out of the shop."""
        self._roomclip.delete_item(shop_id, query.item_number)
        return Done()

    @route(
        "POST",
        "/shops/<shop_id>/items/csv",
        query=models.CsvQuery,
        answer=models.ImportResult,
        takes="text/csv",
        problems=(_NOT_FOUND,),
    )
    def import_items(self, shop_id: str, query: models.CsvQuery) -> models.ImportResult:
        """Import a 商品CSV, whole or not at all (guide 4.2).

        The body is the file: CP932, UTF-8 or UTF-8 with BOM, told apart without asking.
        """
        return models.ImportResult.model_validate(
            self._roomclip.import_items(shop_id, read_body(), file_name=query.file_name)
        )

    @route(
        "PUT",
        "/shops/<shop_id>/items/listing-status",
        json=models.StatusChange,
        answer=models.ItemItem,
        problems=(_NOT_FOUND,),
    )
    def set_listing_status(self, shop_id: str, json: models.StatusChange) -> models.ItemItem:
        """Change 出品ステータス of an item (guide 4.4)."""
        return models.ItemItem.model_validate(self._roomclip.set_listing_status(shop_id, json.item_number, json.status))

    @route(
        "GET",
        "/shops/<shop_id>/variants",
        query=models.VariantsQuery,
        answer=models.VariantList,
        problems=(_NOT_FOUND,),
    )
    def variants(self, shop_id: str, query: models.VariantsQuery) -> models.VariantList:
        """Variants with their stock."""
        page = self._roomclip.variants(
            shop_id, limit=query.limit, cursor=query.cursor, changed_after=query.changed_after, codes=query.code
        )
        return models.VariantList.model_validate(page)

    @route(
        "PUT",
        "/shops/<shop_id>/variants/<variant_id>/stock",
        json=models.StockEdit,
        answer=models.VariantItem,
        problems=(_NOT_FOUND,),
    )
    def edit_stock(self, shop_id: str, variant_id: str, json: models.StockEdit) -> models.VariantItem:
        """Set one variant's stock by hand."""
        return models.VariantItem.model_validate(self._roomclip.edit_stock(shop_id, variant_id, json.stock))


class SaleRoutes:
    """Purchases."""

    def __init__(self, lab: Lab) -> None:
        self._roomclip = lab.roomclip

    @route(
        "POST",
        "/shops/<shop_id>/purchases",
        json=models.Purchase,
        answer=models.OrderItem,
        status=HTTPStatus.CREATED,
        problems=(_NOT_FOUND, _CONFLICT),
    )
    def purchase(self, shop_id: str, json: models.Purchase) -> models.OrderItem:
        """Buy; the shop's stock is lower at once. Only 公開 sells (guide 4.4.1)."""
        buyer = None if json.buyer is None else Buyer(**json.buyer.model_dump(exclude_none=True))
        return _order(
            self._roomclip.purchase(
                shop_id,
                [(line.variant_id, line.quantity) for line in json.lines],
                json.payment_method,
                json.shipping_method,
                buyer,
            )
        )

    @route(
        "POST",
        "/shops/<shop_id>/orders/<order_id>/cancel",
        answer=models.OrderItem,
        problems=(_NOT_FOUND, _CONFLICT),
    )
    def cancel_order(self, shop_id: str, order_id: str) -> models.OrderItem:
        """Cancel an order."""
        return _order(self._roomclip.cancel_order(shop_id, order_id))

    @route("GET", "/shops/<shop_id>/orders", query=models.OrdersQuery, answer=models.OrderList, problems=(_NOT_FOUND,))
    def orders(self, shop_id: str, query: models.OrdersQuery) -> models.OrderList:
        """Orders, oldest change first."""
        found = self._roomclip.orders(shop_id, query.after, query.limit)
        return models.OrderList(orders=[_order(order) for order in found])


class LinkageRoutes:
    """在庫連携設定 and 連携履歴."""

    def __init__(self, lab: Lab) -> None:
        self._roomclip = lab.roomclip

    @route("GET", "/linkages", answer=models.LinkageList)
    def linkages(self) -> models.LinkageList:
        """Every linkage that was saved."""
        return models.LinkageList(linkages=[_linkage(one) for one in self._roomclip.linkages()])

    @route("GET", "/shops/<shop_id>/linkage", answer=models.LinkageAnswer, problems=(_NOT_FOUND,))
    def linkage(self, shop_id: str) -> models.LinkageAnswer:
        """The shop's linkage."""
        found = self._roomclip.linkage(shop_id)
        return models.LinkageAnswer(linkage=None if found is None else _linkage(found))

    @route(
        "POST",
        "/shops/<shop_id>/linkage/application",
        json=models.Application,
        answer=models.LinkageItem,
        status=HTTPStatus.CREATED,
        problems=(_NOT_FOUND, _CONFLICT),
    )
    def apply_for_linkage(self, shop_id: str, json: models.Application) -> models.LinkageItem:
        """申請内容を確認する (guide 5.1)."""
        return _linkage(self._roomclip.apply_for_linkage(shop_id, json.service))

    @route(
        "PUT",
        "/shops/<shop_id>/linkage",
        json=models.LinkageInput,
        answer=models.LinkageItem,
        problems=(_NOT_FOUND, _CONFLICT),
    )
    def save_linkage(self, shop_id: str, json: models.LinkageInput) -> models.LinkageItem:
        """保存する: linking starts at once (guide 5.2, 5.3)."""
        return _linkage(self._roomclip.save_linkage(shop_id, **json.model_dump()))

    @route("POST", "/shops/<shop_id>/linkage/pause", answer=models.LinkageItem, problems=(_NOT_FOUND, _CONFLICT))
    def pause(self, shop_id: str) -> models.LinkageItem:
        """一時停止 (guide 5.4)."""
        return _linkage(self._roomclip.pause(shop_id))

    @route("POST", "/shops/<shop_id>/linkage/resume", answer=models.LinkageItem, problems=(_NOT_FOUND, _CONFLICT))
    def resume(self, shop_id: str) -> models.LinkageItem:
        """再開."""
        return _linkage(self._roomclip.resume(shop_id))

    @route("GET", "/shops/<shop_id>/runs", query=models.RunsQuery, answer=models.RunList, problems=(_NOT_FOUND,))
    def runs(self, shop_id: str, query: models.RunsQuery) -> models.RunList:
        """連携履歴: the latest runs, newest first."""
        return models.RunList(runs=[_run(record) for record in self._roomclip.runs(shop_id, query.limit)])


def _item(item: models.NewItem) -> ItemInput:
    variants = tuple(VariantInput(**variant.model_dump()) for variant in item.variants)
    return ItemInput(item.item_number, item.name, variants, item.status, item.kind)


def _order(order: Order) -> models.OrderItem:
    return models.OrderItem(
        seq=order.seq,
        order_id=order.order_id,
        ordered_at=order.ordered_at.isoformat(),
        state=order.state,
        payment_method=order.payment_method,
        shipping_method=order.shipping_method,
        buyer=models.BuyerItem.model_validate(order.buyer),
        lines=[models.OrderLineItem.model_validate(line) for line in order.lines],
    )


def _linkage(linkage: Linkage) -> models.LinkageItem:
    inputs = linkage.inputs
    return models.LinkageItem(
        linkage_id=linkage.linkage_id,
        shop_id=linkage.shop_id,
        service=linkage.service,
        state=linkage.state,
        applied_at=linkage.applied_at.isoformat(),
        saved_at=None if linkage.saved_at is None else linkage.saved_at.isoformat(),
        sync_now=linkage.sync_now,
        ftp_user=None if inputs is None else inputs.ftp_user,
        shop_code=None if inputs is None else inputs.shop_code,
        notify_to=None if inputs is None else inputs.notify_to,
        store_account=linkage.store_account,
        stock_update_path=linkage.stock_update_path,
    )


def _run(record: RunRecord) -> models.RunItem:
    run = record.run
    return models.RunItem(
        run_id=record.run_id,
        linkage_id=record.linkage_id,
        reported_at=record.reported_at.isoformat(),
        started_at=run.started_at.isoformat(),
        finished_at=run.finished_at.isoformat(),
        outcome=run.outcome,
        summary=run.summary,
        counts=run.counts,
    )
