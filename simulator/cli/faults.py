"""`zaikolab fault`: what shall go wrong in the running lab."""

from __future__ import annotations

from typing import Any

import click

from simulator.cli.context import Context, as_json, show_json
from simulator.errors import BadValue


class _WithCatalogue(click.Group):
    """A group whose help ends with the kinds of fault, by layer."""

    def format_epilog(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        from simulator.faults.catalogue import CATALOGUE

        super().format_epilog(context, formatter)
        with formatter.section("Kinds (zaikolab fault list --catalogue tells their targets and parameters)"):
            formatter.write_dl([(kind.name, kind.summary) for kind in CATALOGUE])


@click.group(cls=_WithCatalogue)
def fault() -> None:
    """Let things go wrong in the running lab, exactly when and where you say.

    \b
    Example: zaikolab fault add data.cut --on RETR at=1000
             zaikolab fault add http.status --on 'POST /api/v1/shops/{shop_id}/stock' --times 2 status=429 retry_after=1
             zaikolab fault list
             zaikolab fault clear
    """


@fault.command()
@click.argument("kind")
@click.argument("parameters", nargs=-1, metavar="[NAME=VALUE]...")
@click.option("--on", default="", help="The call it strikes; * for any of the kind's. Needed when it has several.")
@click.option("--path", default="", help="Only calls with such a path; * stands for characters within a part.")
@click.option("--nth", default=1, show_default=True, type=click.IntRange(min=1), help="From which matching call on.")
@click.option("--times", default=1, show_default=True, type=click.IntRange(min=1), help="At how many of them.")
@as_json
@click.pass_obj
def add(context: Context, /, kind: str, parameters: tuple[str, ...], json_wanted: bool, **where: Any) -> None:  # noqa: ANN401 - the options above
    """Arm a fault of KIND, with each of its parameters as NAME=VALUE. Refused, with the valid targets, when it could
    never fire.

    \b
    Example: zaikolab fault add data.cut-silently --on RETR --path '/netstock/20001/*' at=500
             zaikolab fault add tls.expired --on CONTROL
    """
    given: dict[str, str] = {}
    for parameter in parameters:
        name, equals, value = parameter.partition("=")
        if not (name and equals):
            raise BadValue("parameter", parameter, "not NAME=VALUE", next_step="Example: at=1000")
        if name in given:
            raise BadValue("parameter", parameter, f"{name} is given already")
        given[name] = value
    armed = context.client().post("faults", {"kind": kind, **where, "parameters": given})
    if json_wanted:
        show_json(armed)
    else:
        click.echo(f"Fault {armed['id']} is armed: {kind} on {armed['on']} {armed['path']}".rstrip() + ".")


@fault.command("list")
@click.option("--catalogue", is_flag=True, help="The kinds there are, instead of the faults of the running lab.")
@as_json
@click.pass_obj
def list_faults(context: Context, catalogue: bool, json_wanted: bool) -> None:
    """List the faults of the running lab with their counts, or every kind there is (which needs no lab).

    \b
    Example: zaikolab fault list
             zaikolab fault list --catalogue
    """
    from simulator.screens import show_catalogue, show_faults

    if catalogue:
        from simulator.faults.catalogue import describe_catalogue

        kinds = describe_catalogue()
        show_json(kinds) if json_wanted else show_catalogue(kinds)
    else:
        faults = context.client().get("faults")["faults"]
        show_json(faults) if json_wanted else show_faults(faults)


@fault.command()
@click.argument("number", type=click.IntRange(min=1), required=False)
@as_json
@click.pass_obj
def clear(context: Context, number: int | None, json_wanted: bool) -> None:
    """Clear fault NUMBER, or all of them, and let go of what they hold back.

    \b
    Example: zaikolab fault clear 3
             zaikolab fault clear
    """
    if number is None:
        cleared = context.client().delete("faults")["cleared"]
    else:
        context.client().delete(f"faults/{number}")
        cleared = 1
    show_json({"cleared": cleared}) if json_wanted else click.echo(f"{cleared} cleared.")
