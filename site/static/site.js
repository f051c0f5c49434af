"use strict";
// Sorting, filters, columns, prices, the slider, and the address that keeps them all.
(() => {
  const $ = (selector, within = document) => within.querySelector(selector);
  const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
  const root = document.body.dataset.root;

  // Figures as site/numbers.py writes them.
  const fixed = (value, digits) => { // a half goes to the even digit, as Python writes it
    const scaled = value * 10 ** digits, below = Math.floor(scaled);
    return (scaled - below === .5 ? (below + below % 2) / 10 ** digits : value).toFixed(digits);
  };
  const percent = (share, digits = 1) => {
    if (share == null) return "N/A";
    const text = fixed(100 * share, digits);
    if (+text === 0 && share > 0) return `<${fixed(10 ** -digits, digits)}%`;
    if (+text === 100 && share < 1) return `>${fixed(100 - 10 ** -digits, digits)}%`;
    return `${text}%`;
  };
  const grouped = (value, digits) => value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const count = (value) => value == null ? "N/A" : value < 100 ? fixed(value, 1).replace(/\.0$/, "") : value < 9999.5 ? grouped(value, 0)
    : value < 999950 ? `${fixed(value / 1e3, 1)}k` : `${fixed(value / 1e6, 2)}M`;
  const tokens = (value) => value == null || value >= 100 ? count(value) : fixed(value, 1); // a mean
  const si = (value, unit) => {
    if (value == null) return "N/A";
    for (const [size, prefix] of [[1e24, "Y"], [1e21, "Z"], [1e18, "E"], [1e15, "P"], [1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"]])
      if (value >= size) return `${+(value / size).toPrecision(3)} ${prefix}${unit}`;
    return `${+value.toPrecision(3)} ${unit}`;
  };
  const usd = (value) => value == null ? "N/A" : value >= .1 || value === 0 ? `$${grouped(value, 2)}` : `$${fixed(value, 1 - Math.floor(Math.log10(value)))}`;
  const seconds = (value) => value == null ? "N/A" : value < 1 ? `${+value.toPrecision(3)} s` : value < 100 ? `${fixed(value, 1)} s` : value < 6000 ? `${fixed(value / 60, 0)} min` : `${fixed(value / 3600, 1)} h`;
  const WRITE = { tokens, tokens_per_correct: tokens, device_seconds: seconds, sequential: tokens, flops: (v) => si(v, "FLOP"), usd, seconds, yours: usd };

  const readState = () => new URLSearchParams(location.hash.includes("=") ? location.hash.slice(1) : "");

  const board = () => {
    const source = $("#board-data");
    if (!source) return;
    const data = JSON.parse(source.textContent), words = data.words, columns = data.columns;
    const total = columns.run.length;
    const rows = new Map($$("tr[data-i]").map((tr) => [tr.dataset.i, tr]));
    const figure = columns.accuracy.map((value, i) => [value, columns.low[i], columns.high[i]]);
    const heads = $$("thead th[data-k]", $("[data-table]"));
    const state = readState();
    const section = $("[data-table]"), chart = $("[data-chart]"), choose = $("[data-choose]");
    const controls = $(".controls", section);
    controls.hidden = false;
    columns.yours = columns.run.map(() => null);
    const text = (name, i) => {
      const value = columns[name][i];
      if (["usd", "usd_per_correct"].includes(name)) return value == null && name !== "usd" && columns.usd[i] != null ? "∞" : usd(value);
      if (name === "problems") return value === columns.planned[i] ? count(value) : `${count(value)} ${words.of} ${count(columns.planned[i])}`;
      return WRITE[name] ? WRITE[name](value) : percent(value);
    };
    // Columns that are hidden at first have no cells yet.
    heads.forEach((head, place) => {
      if (place < 3 || !head.hidden) return;
      columns.run.forEach((run, i) => {
        const tr = rows.get(run);
        if (!tr) return;
        const cell = document.createElement("td");
        Object.assign(cell, { className: "r", hidden: true, textContent: text(head.dataset.k, i) });
        cell.dataset.l = head.textContent;
        tr.insertBefore(cell, tr.children[place] || null);
      });
    });

    const field = (name) => $(`[data-f=${name}]`, section);
    for (const name of ["model", "family", "kind"])
      for (const value of [...new Set(columns[name])].sort()) field(name).append(new Option(value, value));
    for (const name of Object.keys(data.languages)) field("lang").append(new Option(name, name));
    for (const name of ["family", "kind", "lang", "own"]) if (name !== "own" ? field(name).options.length < 3 && (name !== "lang" || field(name).options.length < 2) : new Set(columns.own).size < 2) field(name).closest("label").hidden = true;

    const unit = () => state.get("unit") || "tokens";
    const accuracy = (i) => { const lang = state.get("lang"); return lang && data.languages[lang] ? data.languages[lang][i] || [null, null, null] : figure[i]; };

    const save = () => {
      for (const [key, value] of [...state]) if (!value) state.delete(key);
      const text = state.toString();
      history.replaceState(null, "", text ? `#${text}` : location.pathname + location.search);
    };
    const set = (key, value) => { if (value) state.set(key, value); else state.delete(key); save(); show(); };

    const price = () => {
      const [hour, input, output] = ["hour", "pin", "pout"].map((k) => state.get(k)).map((v) => v === null || v === "" ? null : +v);
      const known = hour !== null || input !== null || output !== null;
      columns.yours = columns.run.map((_, i) => {
        if (hour !== null) return columns.device_seconds[i] == null ? null : columns.device_seconds[i] * hour / 3600;
        if (!known || columns.tokens[i] == null || (input && columns.prompt_tokens[i] == null)) return null;
        return ((columns.prompt_tokens[i] || 0) * (input || 0) + columns.tokens[i] * (output || 0)) / 1e6;
      });
      const place = heads.findIndex((h) => h.dataset.k === "yours");
      columns.run.forEach((run, i) => { const tr = rows.get(run); if (tr) tr.children[place].textContent = usd(columns.yours[i]); });
      const radio = $("input[name=unit][value=yours]");
      if (radio) radio.closest("label").hidden = !known;
      if (!known && unit() === "yours") state.delete("unit");
      return known;
    };

    const keeps = (i) => {
      const q = (state.get("q") || "").toLowerCase();
      if (q && !`${columns.model[i]} ${columns.budget[i]} ${columns.note[i]}`.toLowerCase().includes(q)) return false;
      for (const name of ["model", "family", "kind"]) if (state.get(name) && columns[name][i] !== state.get(name)) return false;
      return !state.get("own") || columns.own[i] === (state.get("own") === "1");
    };

    const shownColumns = () => {
      const wanted = state.get("cols");
      const on = wanted === null ? $$("[data-columns] input").filter((b) => b.defaultChecked).map((b) => b.value) : wanted.split(".");
      if (state.get("hour") || state.get("pin") || state.get("pout")) on.push("yours");
      return on;
    };
    const applyColumns = () => {
      const on = shownColumns();
      $$("[data-columns] input").forEach((box) => { box.checked = on.includes(box.value); });
      heads.forEach((head, place) => {
        const hidden = place > 2 && !on.includes(head.dataset.k);
        if (head.hidden === hidden) return;
        head.hidden = hidden;
        for (const tr of rows.values()) tr.children[place].hidden = hidden;
      });
    };

    const key = (name, i) => name === "rank" ? columns.rank_from[i] : name === "model" ? `${columns.model[i]} ${columns.budget[i]}` : name === "accuracy" ? accuracy(i)[0] : columns[name][i];
    const sort = () => {
      const name = state.get("sort");
      const down = state.get("dir") === "desc";
      heads.forEach((h) => { if (h.dataset.k === name) h.setAttribute("aria-sort", down ? "descending" : "ascending"); else h.removeAttribute("aria-sort"); });
      const order = columns.run.map((_, i) => i);
      if (name) order.sort((a, b) => {
        const x = key(name, a), y = key(name, b);
        if (x == null || y == null) return (x == null) - (y == null) || a - b;
        return (typeof x === "string" ? x.localeCompare(y) : x - y) * (down ? -1 : 1) || a - b;
      });
      for (const i of order) { const tr = rows.get(columns.run[i]); if (tr) tr.parentElement.append(tr); }
    };

    const language = () => {
      columns.run.forEach((run, i) => {
        const tr = rows.get(run), cell = tr && tr.children[2], [value, low, high] = accuracy(i);
        if (!cell || !$(".figure", cell)) return;
        $(".figure", cell).textContent = percent(value);
        $(".muted", cell).textContent = value == null ? "" : `${fixed(100 * low, 1)}–${fixed(100 * high, 1)}`;
        const bar = $(".bar", cell);
        if (bar) bar.style.visibility = state.get("lang") ? "hidden" : "";
      });
    };

    const costs = () => { const known = columns[unit()].filter((v, i) => v > 0 && columns.part[i] === "ranked"); return known.length ? [Math.min(...known), Math.max(...known)] : null; };
    const limit = () => state.get("max") === null ? null : +state.get("max");

    const answer = () => {
      if (!choose) return null;
      const steps = data.steps[unit()], span = costs(), ask = $(".ask", choose), out = $("[data-answer]", choose);
      ask.hidden = !steps || !span;
      out.replaceChildren();
      if (ask.hidden) { out.textContent = words.unknown; return null; }
      const top = limit() ?? span[1];
      const said = ["tokens", "sequential"].includes(unit()) ? ` ${words[unit()]}` : "";
      $("output", choose).textContent = `${WRITE[unit()](top)}${said}`;
      $("#limit").value = Math.round(1000 * (span[1] > span[0] ? (Math.log(top) - Math.log(span[0])) / (Math.log(span[1]) - Math.log(span[0])) : 1));
      $("#limit").setAttribute("aria-valuetext", `${WRITE[unit()](top)}${said}`);
      const step = steps.filter((s) => s[0] <= top * (1 + 1e-9)).pop();
      if (!step) { out.textContent = words.nothing; return null; }
      const [, best, chances] = step;
      const name = (i) => `${columns.model[i]} ${columns.budget[i]}`;
      const link = document.createElement("a");
      link.href = root + data.href[best];
      link.textContent = name(best);
      const strong = document.createElement("strong");
      strong.append(link);
      const within = columns[unit()].filter((v, i) => columns.part[i] === "ranked" && v != null && v <= top * (1 + 1e-9)).length;
      const others = chances.slice(1).filter(([, c]) => c >= .005).map(([i, c]) => `${name(i)} ${percent(c, 0)}`).join(words.comma);
      out.append(strong, `${words.colon}${percent(columns.accuracy[best])} (${fixed(100 * columns.low[best], 1)}–${fixed(100 * columns.high[best], 1)})${words.comma}${WRITE[unit()](columns[unit()][best])}${said}${words.stop}`,
        `${words.chance.replace("{n}", within)}${words.colon}${percent(chances[0][1], 0)}${others ? `${words.semicolon}${words.others}${words.colon}${others}` : ""}${words.stop.trim()}`);
      return columns.run[best];
    };

    const picture = (chosen) => {
      const name = unit(), points = [], said = ["tokens", "sequential"].includes(name) ? ` ${words[name]}` : "";
      columns.run.forEach((run, i) => {
        const [value, low, high] = accuracy(i), cost = columns[name][i];
        if (columns.part[i] !== "ranked" || !keeps(i) || !(cost > 0) || value == null) return;
        points.push({ run, model: columns.model[i], budget: columns.budget[i], href: data.href[i], cost, value, low, high,
          title: `${columns.model[i]} ${columns.budget[i]}: ${percent(value)} (${fixed(100 * low, 1)}–${fixed(100 * high, 1)}), ${WRITE[name](cost)}${said}` });
      });
      harnessChart.draw(chart, points, { unit: words[`axis ${name}`], range: data.range, root, limit: limit(), chosen, empty: words.empty });
    };

    const show = () => {
      const first = !state.toString() && chart.clientWidth >= 600;
      price();
      applyColumns();
      sort();
      language();
      let kept = 0;
      columns.run.forEach((run, i) => { const tr = rows.get(run), keep = keeps(i); kept += keep; if (tr) tr.hidden = !keep; });
      $("[data-count]", section).textContent = kept < total ? words.count.replace("{n}", kept).replace("{total}", total) : "";
      const chosen = answer();
      const radio = $(`input[name=unit][value=${unit()}]`);
      if (radio) radio.checked = true;
      if (!first) picture(limit() === null ? null : chosen);
      for (const name of ["q", "model", "family", "kind", "own", "lang", "hour", "pin", "pout"]) if (field(name) !== document.activeElement) field(name).value = state.get(name) || "";
      for (const run of rows.keys()) rows.get(run).classList.toggle("picked", limit() !== null && run === chosen);
    };

    const units = $("[data-units]");
    units.hidden = false;
    const own = document.createElement("label"), input = document.createElement("input"), said = document.createElement("span");
    Object.assign(input, { type: "radio", name: "unit", value: "yours" });
    said.textContent = words.yours;
    own.append(input, said);
    own.hidden = true;
    units.append(own);
    units.addEventListener("change", (event) => { state.delete("max"); set("unit", event.target.value === "tokens" ? "" : event.target.value); });
    for (const name of ["q", "hour", "pin", "pout"]) field(name).addEventListener("input", (event) => set(name, event.target.value));
    for (const name of ["model", "family", "kind", "own", "lang"]) field(name).addEventListener("change", (event) => set(name, event.target.value));
    $("[data-columns]").addEventListener("change", () => set("cols", $$("[data-columns] input:checked").map((b) => b.value).join(".") || "none"));
    if (choose) $("#limit").addEventListener("input", (event) => {
      const [low, high] = costs(), share = event.target.value / 1000;
      set("max", share >= 1 ? "" : `${+Math.exp(Math.log(low) + share * (Math.log(high) - Math.log(low))).toPrecision(4)}`);
    });
    for (const head of heads) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const name = head.dataset.k, again = state.get("sort") === name;
        const falling = ["accuracy", "paired", "obeyed", "created"].includes(name);
        state.set("dir", again ? (state.get("dir") === "desc" ? "asc" : "desc") : falling ? "desc" : "asc");
        set("sort", name);
      });
    }
    addEventListener("hashchange", () => { if (location.hash && !location.hash.includes("=")) return; for (const k of [...state.keys()]) state.delete(k); for (const [k, v] of readState()) state.set(k, v); show(); });
    let wide = chart.clientWidth;
    addEventListener("resize", () => { if (chart.clientWidth !== wide) { wide = chart.clientWidth; show(); } });
    document.addEventListener("click", (event) => $$("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; }));
    document.addEventListener("keydown", (event) => { if (event.key === "Escape") $$("details.menu[open]").forEach((menu) => { menu.open = false; $("summary", menu).focus(); }); });
    show();
  };

  const grid = () => {
    const table = $("[data-gridtable]");
    if (!table) return;
    const controls = $(".controls"), state = readState();
    controls.hidden = false;
    const show = () => {
      const q = (state.get("q") || "").toLowerCase(), v = state.get("v") || "";
      let kept = 0;
      for (const tr of $$("tbody tr", table)) {
        const keep = (!q || tr.textContent.toLowerCase().includes(q)) && (!v || tr.dataset.g.split(" ").includes(v));
        tr.hidden = !keep;
        kept += keep;
      }
      $("[data-count]").textContent = q || v ? `${kept}` : "";
    };
    for (const box of $$("[data-grid]")) {
      box.value = state.get(box.dataset.grid) || "";
      box.addEventListener("input", () => {
        if (box.value) state.set(box.dataset.grid, box.value); else state.delete(box.dataset.grid);
        history.replaceState(null, "", state.toString() ? `#${state}` : location.pathname + location.search);
        show();
      });
    }
    show();
  };

  // Radio buttons that filter by CSS: the address keeps which is chosen; j and k walk the samples.
  const filters = () => {
    const picks = $$("input.pick");
    const only = readState().get("only");
    for (const pick of picks) {
      if (only && pick.id === `f-${only}`) pick.checked = true;
      pick.addEventListener("change", () => history.replaceState(null, "", pick.id === "f-all" ? location.pathname + location.search : `#only=${pick.id.slice(2)}`));
    }
    document.addEventListener("keydown", (event) => {
      if (!["j", "k"].includes(event.key) || event.ctrlKey || event.metaKey || event.altKey || /INPUT|SELECT|TEXTAREA/.test(event.target.tagName)) return;
      const shown = $$("article.sample h3 a").filter((a) => a.offsetParent);
      const at = shown.indexOf(document.activeElement);
      const next = shown[event.key === "j" ? at + 1 : Math.max(0, at - 1)];
      if (next) { next.focus(); next.scrollIntoView({ block: "start" }); }
    });
  };

  board();
  grid();
  filters();
})();
