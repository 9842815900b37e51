"""Operations on faults (contract 6)."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from simulator.control import fault_models as models
from simulator.control.routing import route
from simulator.faults.catalogue import describe_catalogue
from simulator.web.spec import Done

if TYPE_CHECKING:
    from simulator.control.ports import Lab


class FaultRoutes:
    """What shall go wrong, and what did."""

    def __init__(self, lab: Lab) -> None:
        self._faults = lab.faults

    @route("GET", "/faults", answer=models.FaultList)
    def faults(self) -> models.FaultList:
        """The faults armed and used up, with their counts."""
        return models.FaultList(faults=[models.FaultItem.model_validate(state) for state in self._faults.all()])

    @route(
        "POST", "/faults", json=models.FaultWish, answer=models.FaultItem, status=HTTPStatus.CREATED,
        problems=(HTTPStatus.CONFLICT,),
    )  # fmt: skip
    def arm(self, json: models.FaultWish) -> models.FaultItem:
        """Let something go wrong; refused with the valid targets when it could never fire."""
        fault = self._faults.arm(json.kind, json.parameters, on=json.on, path=json.path, nth=json.nth, times=json.times)
        return models.FaultItem.model_validate(fault.state)

    @route("DELETE", "/faults", answer=models.Cleared)
    def clear_all(self) -> models.Cleared:
        """Clear every fault, and let go of what they hold back."""
        return models.Cleared(cleared=self._faults.clear_all())

    @route("DELETE", "/faults/<int(max=9007199254740992):number>", answer=Done, problems=(HTTPStatus.NOT_FOUND,))
    def clear(self, number: int) -> Done:
        """Clear one fault."""
        self._faults.clear_number(number)
        return Done()

    @route("GET", "/faults/catalogue", answer=models.Catalogue)
    def catalogue(self) -> models.Catalogue:
        """Every kind there is, with its targets and parameters."""
        return models.Catalogue(kinds=[models.KindItem.model_validate(kind) for kind in describe_catalogue()])
