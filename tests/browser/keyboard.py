"""A page without a mouse: what can be operated, whether Tab comes there, and whether it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.browser.accessibility import put_axe

if TYPE_CHECKING:
    from playwright.sync_api import Page

MOST_STEPS = 200
"""Presses of Tab on one page; what comes later is told as not reached."""
_BEGIN = """() => {
  const wanted = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex], [onclick],'
    + '[contenteditable=true], [role=button], [role=link], [role=checkbox], [role=switch], [role=tab]'
  const native = 'a, button, input, select, textarea, summary'
  // Arrow keys go on within these; Tab comes to one of them.
  const within = '[role=tab], [role=menuitem], [role=option], [role=radio], [role=treeitem]'
  const shown = element => element.checkVisibility({visibilityProperty: true}) && element.getClientRects().length > 0
  const looks = element => [element, element.closest('label'), element.parentElement].filter(Boolean).map(one => {
    const style = getComputedStyle(one)
    return [style.outlineStyle, style.outlineWidth, style.outlineColor, style.boxShadow, style.borderColor,
      style.backgroundColor, style.color, style.textDecorationLine, style.textDecorationThickness].join()
  }).join('|')
  const operable = [...document.querySelectorAll(wanted)].filter(element =>
    shown(element) && !element.disabled && !element.closest('[inert]')
    && !(element.getAttribute('tabindex') === '-1' && (element.matches(within) || !element.matches(native))))
  const before = new Map(operable.map(element => [element, looks(element)]))
  const reached = new Map()
  document.addEventListener('focusin', ({target}) => {
    if (before.has(target)) reached.set(target, looks(target) !== before.get(target))
    walk.steps += 1
    walk.again = walk.first === target
    walk.first ??= target
  })
  const walk = window.zaikolabWalk = {operable, reached, steps: 0, first: null, again: false}
  document.activeElement?.blur()
  return operable.length
}"""
_OVER = "zaikolabWalk.again || document.activeElement === document.body"
_END = """() => {
  const {operable, reached} = window.zaikolabWalk
  axe.setup(document.documentElement)
  const name = element => axe.commons.text.accessibleText(element).trim()
  const told = element => element.outerHTML.replace(/\\s+/g, ' ').slice(0, 120)
  const group = element => element.type === 'radio' && element.name
  const groups = new Set([...reached.keys()].filter(group).map(group))
  const problems = []
  for (const element of operable) {
    if (!element.isConnected) continue  // a live part of the page was renewed meanwhile
    if (!name(element)) problems.push(`has no name that is read aloud: ${told(element)}`)
    if (group(element) && groups.has(group(element))) continue
    if (!reached.has(element)) problems.push(`Tab does not come to: ${told(element)}`)
    else if (!reached.get(element)) problems.push(`looks the same with the focus: ${told(element)}`)
  }
  axe.teardown()
  return problems
}"""


def keyboard_problems(page: Page) -> list[str]:
    """Walk the page with Tab, once around, and tell what cannot be named, reached or seen to have the focus."""
    put_axe(page)
    operable = page.evaluate(_BEGIN)
    for step in range(MOST_STEPS):
        page.keyboard.press("Tab")
        if step >= operable and page.evaluate(_OVER):
            break
    return page.evaluate(_END)
