"use strict";
// SQL over the board's two tables, in this page alone: SQLite itself, and the data, loaded when asked.
let harnessDatabase;
(() => {
  const $ = (id) => document.getElementById(id);
  const words = JSON.parse($("words").textContent), root = document.body.dataset.root, MOST = 500;
  const state = new URLSearchParams(location.hash.includes("=") ? location.hash.slice(1) : "");
  let opened;
  $("ask").hidden = false;

  const load = (path) => new Promise((done, fail) => {
    const script = document.createElement("script");
    script.src = root + path;
    script.onload = done;
    script.onerror = () => fail(new Error(path));
    document.head.append(script);
  });
  const open = async () => {
    let packed;
    harnessDatabase = (text) => { packed = text; };
    await Promise.all([load("assets/sql.js"), load("data/leaderboard.js")]);
    const sql = await initSqlJs();
    return new sql.Database(Uint8Array.from(atob(packed), (c) => c.charCodeAt(0)));
  };
  const cell = (name, value, number) => {
    const out = document.createElement(name);
    out.textContent = value === null ? "NULL" : typeof value === "number" && !Number.isInteger(value) ? String(+value.toPrecision(6)) : String(value);
    if (number) out.className = "r";
    if (name === "th") out.scope = "col";
    return out;
  };
  const line = (name, values) => {
    const out = document.createElement("tr");
    out.append(...values.map((value) => cell(name, value, name === "td" && typeof value === "number")));
    return out;
  };
  const show = ({ columns, values }) => {
    const table = document.createElement("table"), head = document.createElement("thead"), body = document.createElement("tbody");
    table.className = "levels";
    head.append(line("th", columns));
    body.append(...values.slice(0, MOST).map((row) => line("td", row)));
    table.append(head, body);
    return table;
  };
  const run = async () => {
    const text = $("sql").value;
    history.replaceState(null, "", `#${new URLSearchParams({ sql: text })}`);
    $("said").textContent = opened ? "" : words.loading;
    try {
      opened = opened || open();
      const found = (await opened).exec(text), last = found[found.length - 1];
      $("result").replaceChildren(...(last ? [show(last)] : []));
      const rows = last ? last.values.length : 0;
      $("said").textContent = words.count.replace("{n}", Math.min(rows, MOST)).replace("{total}", rows);
    } catch (error) {
      $("said").textContent = String(error.message || error);
    }
  };

  $("run").addEventListener("click", run);
  $("sql").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); run(); }
  });
  for (const button of document.querySelectorAll("[data-sql]")) {
    button.addEventListener("click", () => { $("sql").value = button.dataset.sql; run(); });
  }
  if (state.get("sql")) { $("sql").value = state.get("sql"); run(); }
})();
