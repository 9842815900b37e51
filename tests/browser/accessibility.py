"""axe-core in a page of the lab: what shuts people out.

The source goes in over the browser's debugging protocol, as nothing that the page loads; its Content-Security-Policy
stays in force.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

AXE = Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js"
_GRAVE = ("serious", "critical")
_BY_COLOUR = ("color-contrast", "link-in-text-block")
"""The rules whose answer changes with the colour scheme alone."""
_RUN = """async ({rules, leaveOut}) => {
  for (const one of document.getAnimations()) { try { one.finish() } catch { one.cancel() } }
  // axe takes a page without a background for white; the browser gives it that of the colour scheme.
  const root = document.documentElement
  const bare = [root, document.body].every(one => getComputedStyle(one).backgroundColor === 'rgba(0, 0, 0, 0)')
  if (bare) root.style.backgroundColor = 'Canvas'
  const only = rules.length ? {runOnly: {type: 'rule', values: rules}} : {}
  const found = await axe.run({exclude: leaveOut}, {resultTypes: ['violations'], preload: false, ...only})
  if (bare) root.style.backgroundColor = ''
  return found.violations.map(({id, impact, help, helpUrl, nodes}) => ({id, impact, help, helpUrl,
    nodes: nodes.map(({target, html, failureSummary}) => ({target: target.join(' '), html, fix: failureSummary}))}))
}"""


@dataclass(frozen=True, slots=True)
class Violation:
    """One rule that one element breaks. `fix`: what any of, or all of, would mend it."""

    scheme: str
    rule: str
    impact: str
    help: str
    target: str
    html: str
    fix: str

    def __str__(self) -> str:
        fix = "\n      ".join(line.strip() for line in self.fix.splitlines() if line.strip())
        return f"{self.impact}, {self.rule} ({self.scheme}): {self.help}\n    {self.target}: {self.html}\n      {fix}"


def put_axe(page: Page) -> None:
    """Have `axe` in the page as it is now, once."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(f"{AXE.read_text(encoding='utf-8')};0")


def grave_violations(page: Page, *, leave_out: Sequence[str] = ()) -> list[Violation]:
    """The serious and critical violations of the page, light and dark. `leave_out`: selectors of what is not judged."""
    put_axe(page)
    found: list[Violation] = []
    for scheme, rules in (("light", ()), ("dark", _BY_COLOUR)):
        page.emulate_media(color_scheme=scheme)
        told = page.evaluate(_RUN, {"rules": list(rules), "leaveOut": list(leave_out)})
        found += [one for violation in told if violation["impact"] in _GRAVE for one in _each(scheme, violation)]
    page.emulate_media(color_scheme="light")
    return found


def _each(scheme: str, told: dict[str, Any]) -> list[Violation]:
    return [
        Violation(scheme, told["id"], told["impact"], told["help"], node["target"], node["html"][:160], node["fix"])
        for node in told["nodes"]
    ]
