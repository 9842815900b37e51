"""The two commands that bring up a lab of their own: `demo` walks it once, `up` keeps it running."""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from simulator.config import ClockMode
from simulator.errors import BadValue
from simulator.hosts import in_url, is_loopback, local_host

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from simulator.config import LabConfig
    from simulator.conformance.drivers import Engine
    from simulator.lab import Lab
    from simulator.many import Size
    from simulator.screens import DemoScreen

_EXPOSED = "zaikolab: WARNING: other machines reach this lab as {}, and whoever does is given every password."
REFERENCE_ENGINE = (sys.executable, "-m", "reference.cli", "once")


def walk_demo(screen: DemoScreen, *, skus: int, seed: int, engine: str | None) -> int:
    """Run the demo; 0 when every SKU is in sync at the end, else 1."""
    from simulator.conformance.drivers import CommandEngine, engine_for
    from simulator.demo import Demo, DemoFailed, temporary_state
    from simulator.lab import Lab

    driver: Engine = CommandEngine(REFERENCE_ENGINE) if engine is None else engine_for(engine)
    if not driver.takes_environment:
        raise BadValue(
            "--engine", engine, "an engine behind a URL has its variables from its operator, and the demo's lab is new",
            next_step="Give a command, or start `zaikolab up --demo`, set the variables of `zaikolab env` and POST.",
        )  # fmt: skip
    with Lab() as lab, temporary_state() as state_dir:
        walk = Demo(lab, driver, Path(state_dir), screen.say, orders=engine is None)
        failed = ""
        try:
            walk.run(skus=skus, seed=seed)
        except DemoFailed as error:
            failed = str(error)
        same, total = walk.in_sync()
        differing = walk.differing()
        rows = walk.holdings()
    verdict = f"demo: {same}/{total} SKUs in sync"
    well = not failed and same == total
    if screen.quiet:
        answer = {"in_sync": same, "skus": total, "ok": well, "failed": failed, "steps": screen.steps}
        print(json.dumps(answer, ensure_ascii=False, indent=2))
        return 0 if well else 1
    if failed:
        screen.say("!", failed)
    for code, wanted, held in differing:
        screen.say("!", f"not in sync: {code}: TEMPOSTAR {wanted}, RoomClip {'absent' if held is None else held}")
    screen.close(rows, verdict)
    return 0 if well else 1


def keep_up(home: Path, options: Mapping[str, Any]) -> int:
    """Start a lab as the options of `zaikolab up` say, show where it is, stay until told to stop."""
    began = _process_start()
    many = _many_wanted(options)
    # Not a threading.Event: to set it takes a lock, for ever when the signal comes as this thread is about to wait.
    stop: SimpleQueue[None] = SimpleQueue()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.put(None))
    with ExitStack() as running:
        with _no_garbage():
            from simulator.client import RunningLab
            from simulator.lab import Lab

            lab = Lab(_config(options))
            running.callback(lab.stop)
            if many:  # before anybody can reach it
                _check_held(lab, many, options["data"])
            lab.start()
            running.enter_context(RunningLab(_own_url(lab), os.getpid()).kept(home))
            gc.freeze()
        if lab.came_back:
            _change_kept(lab, options)
        if (options["with_demo"] or many) and not lab.tempostar.counts()["shops"]:
            _begin_earlier(lab, options)
            _set_up_many(lab, many, options["seed"]) if many else _set_up_demo(lab, options)
        if not is_loopback(lab.config.host):
            print(_EXPOSED.format(lab.endpoints.host), file=sys.stderr)
        ready = time.time() - began
        if options["json_wanted"]:
            print(json.dumps({**lab.state(), "ready_seconds": round(ready, 3)}, ensure_ascii=False), flush=True)
        else:
            from simulator.start_screen import show_start

            show_start(lab, ready)
        stop.get()
    return 0


@contextmanager
def _no_garbage() -> Iterator[None]:
    """Nobody looks for garbage inside: of what is made until a lab is ready nothing becomes any, and looking for some
    takes a tenth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _own_url(lab: Lab) -> str:
    """The lab's address for commands on this machine."""
    return f"http://{in_url(local_host(lab.config))}:{lab.endpoints.http_port}"


def _change_kept(lab: Lab, options: Mapping[str, Any]) -> None:
    """Make a lab that came back from its folder what the options say; what they leave out stays as it was."""
    if changes := _changes(options["settings"]):
        lab.change_settings(**changes)
    if options["clock"] or options["rate"] is not None:
        mode = ClockMode(options["clock"]) if options["clock"] else None
        lab.agenda.set_clock(mode=mode, rate=options["rate"])


def _begin_earlier(lab: Lab, options: Mapping[str, Any]) -> None:
    """The first pass takes the clock forward: begin that much earlier, and the lab shows the wall clock's time."""
    from simulator.demo import FIRST_PASS

    if lab.clock.mode is ClockMode.RUNNING and options["start"] is None and not lab.came_back:
        lab.clock.set(lab.clock.now() - FIRST_PASS)


def _set_up_demo(lab: Lab, options: Mapping[str, Any]) -> None:
    from simulator.demo import set_up

    set_up(lab, skus=options["skus"], seed=options["seed"], say=lambda _section, _sentence: None)


def _many_wanted(options: Mapping[str, Any]) -> Size | None:
    """Companies, shops and SKUs of each shop, None where nobody asked for them.

    Raises: BadValue for numbers that cannot be, and beside --demo.
    """
    companies, shops, skus = (options[name] for name in ("companies", "shops", "skus_per_shop"))
    if companies is shops is skus is None:
        return None
    if options["with_demo"]:
        raise BadValue(
            "--demo", True, "sets up one shop, --companies, --shops and --skus-per-shop set up many",
            next_step="Leave one or the other out.",
        )  # fmt: skip
    from simulator.many import Size, check_many

    companies = 1 if companies is None else companies
    wanted = Size(companies, companies if shops is None else shops, 20 if skus is None else skus)
    check_many(*wanted)
    return wanted


def _check_held(lab: Lab, wanted: Size, data: Path) -> None:
    """Refuse a lab that came back with other numbers than those wanted.

    Raises: CannotStart.
    """
    from simulator.many import check_same

    check_same(lab.size(), wanted, f"The data folder {data}")


def _set_up_many(lab: Lab, wanted: Size, seed: int) -> None:
    from simulator.many import set_up_many

    set_up_many(lab, **wanted._asdict(), seed=seed)
    lab.keep_size(wanted)
    lab.next_pass()


def _process_start() -> float:
    """When this process began, so that the time to ready counts the imports too."""
    try:
        ticks = int(Path("/proc/self/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[19])
        boot = next(
            float(line.split()[1])
            for line in Path("/proc/stat").read_text(encoding="ascii").splitlines()
            if line.startswith("btime")
        )
        return boot + ticks / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError, StopIteration):
        return time.time()


def _config(options: Mapping[str, Any]) -> LabConfig:
    from simulator.clock import parse_time
    from simulator.config import LabConfig, Settings, TlsMode

    return LabConfig(
        host=options["host"],
        expose=options["expose"],
        name=options["name"],
        ftps_port=options["ftps_port"],
        passive_ports=options["passive_ports"],
        http_port=options["http_port"],
        smtp_port=options["smtp_port"],
        tls=TlsMode(options["tls"]),
        data_dir=options["data"],
        start=parse_time(options["start"]) if options["start"] else None,
        clock_mode=ClockMode(options["clock"] or ClockMode.RUNNING),
        rate=1.0 if options["rate"] is None else options["rate"],
        settings=Settings().changed(_changes(options["settings"])),
    )


def _changes(pairs: Iterable[str]) -> dict[str, str]:
    """What `--set NAME=VALUE` says."""
    changes: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise BadValue("--set", pair, "NAME=VALUE is wanted", next_step="Example: --set content=full")
        changes[name] = value
    return changes
