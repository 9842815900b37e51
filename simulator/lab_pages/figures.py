"""What the start page tells of the lab: how much there is at each end, how much of it agrees, what is under way."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from simulator.comparing import Compared
    from simulator.control.ports import Lab

COMPARED = 10_000
"""SKUs that the start page compares; beyond, it says so."""
COMPARED_SHOPS = 10
"""Shops whose SKUs these are, at most."""


def start_figures(lab: Lab, compared: int = COMPARED) -> Callable[[], Mapping[str, object]]:
    """What gives the start page's figures. Counting is done anew when something has happened since: what is not in the
    journal did not happen. `compared`: the most SKUs that are compared."""
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
    state = lab.state()
    compared: list[Compared] = []
    left = limit
    linkages = lab.roomclip.first_linkages(COMPARED_SHOPS)
    for one in linkages:
        if one.inputs is not None and left > 0:
            compared.append(lab.compare(one.inputs.shop_code, one.shop_id, limit=left))
            left -= compared[-1].same + compared[-1].differing
    return {
        "figures": True,
        "shops": state["tempostar"]["shops"],
        "tempostar": state["tempostar"],
        "roomclip": state["roomclip"],
        "linked": bool(linkages),
        "same": sum(one.same for one in compared),
        "differing": sum(one.differing for one in compared),
        "most": limit - max(0, left),
        "bounded": left <= 0 or len(linkages) == COMPARED_SHOPS,
        "mails": state["mails"],
        "ftps_port": state["endpoints"].get("ftps_port", ""),
        "first_sku": next(iter(lab.tempostar.codes_beginning("", limit=1)), ""),
    }
