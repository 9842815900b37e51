"""What is wrong with a page, whatever page it is."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.accessibility import grave_violations
from tests.browser.keyboard import keyboard_problems

NARROW = {"width": 360, "height": 740}
_OUTLINE = """leaveOut => ({
  language: document.documentElement.lang,
  title: document.title.trim(),
  headings: [...document.querySelectorAll('h1')].filter(one => !one.closest(leaveOut)).map(one => one.innerText.trim()),
})"""
_WIDER = """() => {
  const root = document.documentElement
  if (root.scrollWidth <= root.clientWidth) return []
  const over = one => one.getBoundingClientRect().right > root.clientWidth + 0.5
  const wide = [...document.body.querySelectorAll('*')].filter(over)
  const inmost = wide.filter(one => !wide.some(other => other !== one && one.contains(other)))
  const told = inmost.slice(0, 3).map(one => one.outerHTML.replace(/\\s+/g, ' ').slice(0, 120))
  return [`is ${root.scrollWidth} px wide where ${root.clientWidth} are to see: ${told.join(' ')}`]
}"""


def problems_of(page: Page, *, leave_out: str = "", tabbed: bool = True) -> list[str]:
    """What is wrong with the page as it is open, whatever page it is. `leave_out`: a selector of what is not judged;
    `tabbed`: whether to walk it with Tab."""
    outline = page.evaluate(_OUTLINE, leave_out or ":not(*)")
    found = [] if outline["language"] and outline["title"] else ["has no language or no title"]
    if len(outline["headings"]) != 1 or not outline["headings"][0]:
        found.append(f"has not one h1 but {outline['headings']}")
    found += [str(violation) for violation in grave_violations(page, leave_out=[leave_out] if leave_out else [])]
    if tabbed:
        found += keyboard_problems(page)
    page.set_viewport_size(NARROW)
    found += page.evaluate(_WIDER)
    page.set_viewport_size({"width": 1280, "height": 800})
    return found
