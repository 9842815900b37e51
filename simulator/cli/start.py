"""Commands that need no running lab: `demo`, `up`, `doctor`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from simulator.cli.context import SEEDS, Context, as_json


@click.command()
@click.option(
    "--skus", default=1200, show_default=True, type=click.IntRange(10, 200_000), help="Size of the catalogue."
)
@click.option("--seed", default=1, show_default=True, type=SEEDS, help="Which of the invented catalogues.")
@click.option("--engine", metavar="COMMAND", help="The engine to drive. Default: the reference engine.")
@as_json
def demo(skus: int, seed: int, engine: str | None, json_wanted: bool) -> int:
    """Walk the vendor guide on a fresh lab, over real FTPS, HTTP and SMTP.

    \b
    Example: zaikolab demo --skus 200
             zaikolab demo --engine './my-sync --once'
    """
    from simulator.bring_up import walk_demo
    from simulator.screens import DemoScreen

    return walk_demo(DemoScreen(quiet=json_wanted), skus=skus, seed=seed, engine=engine)


class _Ports(click.ParamType[tuple[int, int] | None]):
    """`2122-2141`, or 0 for any."""

    name = "FIRST-LAST"

    def convert(
        self, value: str | tuple[int, int] | None, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int] | None:
        if not isinstance(value, str):
            return value
        if value == "0":
            return None
        first, _, last = value.partition("-")
        if not (first.isdecimal() and last.isdecimal()):
            self.fail(f"{value!r} is not a range of ports such as 2122-2141, nor 0", param, ctx)
        return int(first), int(last)


@click.command()
@click.option("--demo", "with_demo", is_flag=True, help="Set up the demo's shop, if there is none.")
@click.option("--skus", default=1200, show_default=True, type=click.IntRange(10, 200_000), help="With --demo: SKUs.")
@click.option("--companies", type=click.INT, help="Set up so many companies, if there is no shop. Default: 1.")
@click.option("--shops", type=click.INT, help="So many linked shops in all, spread over them. Default: one each.")
@click.option("--skus-per-shop", type=click.INT, help="SKUs of each shop. Default: 20.")
@click.option("--seed", default=1, show_default=True, type=SEEDS, help="Which of the invented catalogues.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--expose", is_flag=True, help="Allow a --host beyond loopback. Whoever reaches it gets every password.")
@click.option("--name", default="", help="With --expose: what others call this machine. Default: --host, or its name.")
@click.option("--ftps-port", default=2121, show_default=True, type=click.IntRange(0, 65535), help="0: any free one.")
@click.option("--passive-ports", default="2122-2141", show_default=True, type=_Ports(), help="0: any free ones.")
@click.option("--http-port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="0: any free one.")
@click.option("--smtp-port", default=2525, show_default=True, type=click.IntRange(0, 65535), help="0: any free one.")
@click.option("--tls", default="explicit", show_default=True, type=click.Choice(["explicit", "implicit"]), help="FTPS.")
@click.option("--clock", type=click.Choice(["running", "frozen"]), help="Default: running, or as --data has it.")
@click.option("--rate", type=float, help="Speed of the running clock. Default: 1, or as --data has it.")
@click.option(
    "--start",
    metavar="TIME",
    help="When a new lab begins, and again after a reset, e.g. 2026-04-01T09:00:00+09:00. Default: now; with a frozen "
    "clock the time of the example.",
)
@click.option("--data", type=click.Path(path_type=Path), help="Folder that keeps the whole lab across restarts.")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="A setting, e.g. --set content=full.")
@as_json
@click.pass_obj
def up(context: Context, /, **options: Any) -> int:  # noqa: ANN401 - what the options above say
    """Start the lab and keep it running until Ctrl-C.

    A folder of --data that holds a lab goes on with it: its time, its clock and its settings are as they were, but for
    what --clock, --rate and --set say now. With --companies, --shops or --skus-per-shop a folder that was set up with
    other numbers is refused.

    \b
    Example: zaikolab up --demo
             zaikolab up --data ./lab --clock frozen --set content=full
             zaikolab up --companies 50 --shops 2000 --skus-per-shop 200
    """
    from simulator.bring_up import keep_up

    return keep_up(context.home, options)


@click.command()
@as_json
@click.pass_obj
def doctor(context: Context, json_wanted: bool) -> int:
    """Check the running lab as an outside client would: both FTP channels, certificate, inbox, clock. Without a running
    lab: whether its ports are free.

    \b
    Example: zaikolab doctor
    """
    from simulator.screens import examine_and_show

    return examine_and_show(context, as_json=json_wanted)
