"use strict";
// Finds what has all the words, in any order; titles before the rest. Texts are put in as text, never as markup.
(() => {
  const kinds = {
    section: "ガイド", statement: "記述", scenario: "シナリオ", assumption: "仮定", unknown: "わからないこと",
    defect: "誤り", fact: "公開情報",
  };
  const shown = 100;
  const field = document.getElementById("q");
  const list = document.getElementById("found");
  const count = document.getElementById("count");
  const plain = (text) => text.normalize("NFKC").toLowerCase();
  const index = window.ZAIKOLAB_INDEX.map((entry) => ({
    ...entry, title: plain(entry.t), all: plain([entry.t, entry.d, entry.w, entry.k, kinds[entry.k]].join(" ")),
  }));

  const line = (entry) => {
    const item = document.createElement("li");
    const kind = document.createElement("span");
    kind.className = "level";
    kind.textContent = kinds[entry.k];
    const link = document.createElement("a");
    link.href = entry.u;
    link.textContent = entry.t;
    const told = document.createElement("p");
    told.textContent = entry.s ? `${entry.d} (${entry.s})` : entry.d;
    if (entry.k !== "section") told.lang = "en";
    item.append(kind, " ", link, told);
    return item;
  };

  const search = () => {
    const words = plain(field.value).split(/\s+/).filter(Boolean);
    const has = (text) => words.every((word) => text.includes(word));
    const found = words.length ? index.filter((entry) => has(entry.all)) : [];
    found.sort((a, b) => Number(has(b.title)) - Number(has(a.title)));
    list.replaceChildren(...found.slice(0, shown).map(line));
    const more = found.length > shown ? `(はじめの${shown}件 / first ${shown})` : "";
    count.textContent = words.length ? `${found.length}件 / ${found.length} found ${more}` : "";
  };

  // Whoever typed before this script was there keeps the words.
  field.value ||= new URLSearchParams(window.location.search).get("q") || "";
  field.addEventListener("input", search);
  field.form.addEventListener("submit", (event) => { event.preventDefault(); search(); });
  search();
  field.focus();
})();
