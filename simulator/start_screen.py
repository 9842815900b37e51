"""The one screen of `zaikolab up`. Without rich, which takes as long to load as the inbox does."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from simulator.lab import Lab


def show_start(lab: Lab, ready: float) -> None:
    """The one screen of `zaikolab up`. `ready`: seconds from the start of the process."""
    where = lab.endpoints
    account, shops = lab.tempostar.ftp_account(), lab.tempostar.shops()
    scheme = "ftps" if where.tls == "implicit" else "ftp"
    login = f"login {account.user}, password {account.password}" if account else "no password issued yet"
    mode = "frozen" if lab.clock.mode == "frozen" else f"running at {lab.clock.rate:g}x"
    rows = [
        ("start", f"{where.http_url}/", "begin here, in a browser: what is where, and what to try"),
        ("FTPS", f"{scheme}://{where.url_host}:{where.ftps_port}", f"TEMPOSTAR's area; {where.tls} TLS required"),
        ("", login, f"folder /netstock/{shops[0].shop_code}/" if shops else "no shop yet"),
        ("", f"CA {where.ca_file}", ""),
        ("HTTP", f"{where.http_url}/roomclip/shop/", "storefront"),
        ("", f"{where.http_url}/roomclip/business/", "RoomClipビジネス"),
        ("", f"{where.http_url}/tempostar/", "TEMPOSTAR"),
        ("", f"{where.http_url}/mail/", "inbox"),
        ("", f"{where.http_url}/lab/", "the lab: timeline, both ends of a SKU, faults, clock"),
        ("", where.shop_api_url, f"shop API; token {lab.roomclip.api_token()}"),
        ("", f"{where.http_url}/lab/v1", "control API"),
        ("SMTP", f"{where.host}:{where.smtp_port}", "takes mail for anyone, relays nothing"),
        ("clock", f"{lab.clock.now():%Y-%m-%d %H:%M:%S} JST", mode),
    ]
    click.echo(f"{click.style('zaikolab', bold=True)} ready in {ready:.2f} s; Ctrl-C stops it\n")
    width = max(len(address) for _, address, _ in rows)
    for name, address, what in rows:
        click.echo(f"{name:<7}{address:<{width}}  {what}".rstrip())
    then = 'eval "$(zaikolab env)" && zaikosync once' if shops else "zaikolab seed 1200, or start again with --demo"
    click.echo(f"\nnext, in another terminal: {click.style(then, bold=True)}")
    sys.stdout.flush()
