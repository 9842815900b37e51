"""What the start page tells of the lab: how much there is at each end, how much of it agrees, what is under way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.errors import Conflict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from simulator.control.ports import Lab

COMPARED = 10_000
"""SKUs of a shop that the start page compares; beyond, it says so."""


def start_figures(lab: Lab, compared: int = COMPARED) -> Callable[[], Mapping[str, object]]:
    """What gives the start page's figures. Counting is done anew when something has happened since: what is not in the
    journal did not happen. `compared`: the most SKUs of a shop that are compared."""
    kept: dict[int, Mapping[str, object]] = {}

    def figures() -> Mapping[str, object]:
        seq = lab.journal.last_seq()
        counted = kept.get(seq)
        if counted is None:
            counted = _count(lab, compared)
            kept.clear()  # another request may do so at any moment
            kept[seq] = counted
        return {**counted, "next_pass": lab.tempostar.next_pass_due(), "faults": lab.faults.armed()}

    return figures


def _count(lab: Lab, limit: int) -> Mapping[str, object]:
    shops = lab.tempostar.shops()
    linkages = [one for one in lab.roomclip.linkages() if one.inputs is not None]
    compared = [
        lab.compare(one.inputs.shop_code, one.shop_id, limit=limit)
        for one in linkages
        if one.inputs is not None and any(shop.shop_code == one.inputs.shop_code for shop in shops)
    ]
    try:
        ftps = lab.state()["endpoints"].get("ftps_port", "")
    except Conflict:
        ftps = ""
    return {
        "figures": True,
        "shops": shops,
        "tempostar": lab.tempostar.counts(),
        "roomclip": lab.roomclip.counts(),
        "linked": bool(linkages),
        "same": sum(one.same for one in compared),
        "differing": sum(one.differing for one in compared),
        "most": limit,
        "bounded": any(one.same + one.differing == limit for one in compared),
        "mails": lab.mailbox.count(),
        "ftps_port": ftps,
        "first_sku": next(iter(lab.tempostar.codes_beginning("", limit=1)), ""),
    }
