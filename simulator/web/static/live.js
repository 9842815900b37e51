// Lists that renew themselves: new entries come in at the top, but never while somebody reads.
"use strict";

(() => {
  const most = 400; // entries kept in the page; older ones are a link away
  const pause = () => document.getElementById("live-pause");
  const state = () => document.getElementById("live-state");

  const list = () => {
    const poll = document.querySelector("[data-live]");
    return poll && document.getElementById(poll.dataset.live);
  };

  const reading = () => {
    const entries = list();
    if (!entries) return false;
    const chosen = getSelection();
    return document.hidden
      || entries.getBoundingClientRect().top < -40
      || entries.contains(document.activeElement)
      || (!chosen.isCollapsed && entries.contains(chosen.anchorNode));
  };

  const paused = () => pause()?.getAttribute("aria-pressed") === "true";

  const show = () => {
    const word = state();
    if (!word || !list()) return;
    const told = paused() ? word.dataset.paused : reading() ? word.dataset.held : word.dataset.running;
    if (word.textContent !== told) word.textContent = told;
  };

  document.addEventListener("DOMContentLoaded", () => {
    if (!list() || !pause()) return;
    pause().hidden = false;
    pause().addEventListener("click", () => {
      pause().setAttribute("aria-pressed", String(!paused()));
      pause().textContent = paused() ? "表示を再び始める" : "表示の一時停止";
      show();
    });
    for (const happened of ["scroll", "focusin", "selectionchange", "visibilitychange"]) {
      document.addEventListener(happened, show, { passive: true });
    }
    show();
  });

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.closest("[data-live]") && (paused() || reading())) event.preventDefault();
  });

  document.addEventListener("htmx:afterSwap", () => {
    const entries = list();
    while (entries && entries.children.length > most) entries.lastElementChild.remove();
  });
})();
