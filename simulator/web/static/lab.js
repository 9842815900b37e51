// What a page can do better with a script; without one it works all the same.
"use strict";

// A button beside a command copies it.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const text = button.parentElement.querySelector("code").textContent;
  const before = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "コピーしました";
  } catch {
    const range = document.createRange();
    range.selectNodeContents(button.parentElement.querySelector("code"));
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    button.textContent = "選択しました";
  }
  button.addEventListener("blur", () => { button.textContent = before; }, { once: true });
});

// A checkbox in a table's head ticks all of its rows.
document.addEventListener("change", (event) => {
  const all = event.target.closest("input[data-tick-all]");
  if (!all) return;
  for (const one of all.closest("table").querySelectorAll("tbody input[type=checkbox]")) one.checked = all.checked;
});
