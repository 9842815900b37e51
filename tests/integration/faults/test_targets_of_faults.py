"""What can be struck is data for whoever arms a fault; the servers say what there really is."""

from __future__ import annotations

from flask import Flask

from simulator.faults.targets import ROUTES, STAGES
from simulator.mailbox.stages import Stage
from simulator.roomclip.api.blueprint import create_blueprint
from simulator.roomclip.api.stock_update import create_stock_update_blueprint

NEVER_STRUCK = {"GET /openapi.json"}


def test_every_route_for_engines_can_be_struck_but_the_document(lab):
    app = Flask("shop")
    app.register_blueprint(create_blueprint(lab.roomclip))
    app.register_blueprint(create_stock_update_blueprint(lab.roomclip))
    there_are = {
        f"{method} {rule.rule.replace('<', '{').replace('>', '}')}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.endpoint != "static"
    }
    assert there_are - NEVER_STRUCK == set(ROUTES)


def test_every_stage_of_a_mails_way_in_can_be_struck_but_those_no_mail_needs():
    assert set(Stage) - {Stage.AUTH, Stage.VRFY, Stage.EXPN, Stage.HELP, Stage.OTHER} == set(STAGES)
