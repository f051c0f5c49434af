"use strict";
// Any two rows of a task: the paired difference, by kind of problem, and the flips side by side.
let harnessData;
(() => {
  const $ = (id) => document.getElementById(id);
  const words = JSON.parse($("words").textContent), root = document.body.dataset.root;
  const loaded = new Map();
  const state = new URLSearchParams(location.hash.includes("=") ? location.hash.slice(1) : "");
  $("choose").hidden = false;

  const node = (name, attributes, ...children) => {
    const out = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) if (value !== undefined) out.setAttribute(key, value);
    out.append(...children.filter((child) => child != null));
    return out;
  };
  const fixed = (value, digits) => {
    const scaled = value * 10 ** digits, below = Math.floor(scaled);
    return (scaled - below === .5 ? (below + below % 2) / 10 ** digits : value).toFixed(digits);
  };
  const percent = (share) => share == null ? "N/A" : `${fixed(100 * share, 1)}%`;
  const points = (value) => { const text = fixed(100 * value, 1); return +text === 0 ? "0.0" : (value > 0 ? "+" : "−") + fixed(Math.abs(100 * value), 1); };
  const count = (value) => value == null ? "N/A" : value < 100 ? fixed(value, 1).replace(/\.0$/, "") : Math.round(value).toLocaleString("en-US");

  const tokens = (value) => value == null || value >= 100 ? count(value) : fixed(value, 1); // a mean

  const load = (slug) => loaded.get(slug) || loaded.set(slug, new Promise((done) => {
    const script = document.createElement("script");
    harnessData = (data) => done(data);
    script.src = `${root}tasks/${slug}/data.js`;
    document.head.append(script);
  })).get(slug);

  // Rows j and i of the table of pairs; limits are those of (later row) minus (earlier row).
  const limits = (data, a, b) => {
    const [first, last] = a < b ? [a, b] : [b, a];
    const found = (data.pairs[first] || [])[last - first - 1];
    if (!found) return null;
    return a < b ? found : [-found[1], -found[0]];
  };

  // A 95% Bayesian bootstrap of whole clusters (Rubin 1981), seeded: the same on every screen.
  const bootstrap = (pairs) => {
    const groups = new Map();
    for (const { cluster, d } of pairs) { const g = groups.get(cluster) || [0, 0]; g[0] += d; g[1] += 1; groups.set(cluster, g); }
    const list = [...groups.values()];
    const typical = pairs.length / list.length;
    list.push([typical, typical], [-typical, typical]);
    let seed = 12345;
    const random = () => { seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0; return (seed + .5) / 4294967296; };
    const means = [];
    for (let draw = 0; draw < 2000; draw++) {
      let sum = 0, size = 0;
      list.forEach(([d, n], i) => {
        let weight = -Math.log(random());
        if (i >= list.length - 2) { const z = Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random()); weight = z * z / 2; }
        sum += weight * d; size += weight * n;
      });
      means.push(sum / size);
    }
    means.sort((x, y) => x - y);
    return [means[49], means[1949]];
  };

  const table = (label, heads, body) => node("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": label },
    node("table", { class: "levels" }, node("thead", {}, node("tr", {}, ...heads.map(([text, right]) => node("th", { scope: "col", class: right ? "r" : undefined }, text)))), node("tbody", {}, ...body)));

  const show = (data) => {
    const a = data.rows.run.indexOf(state.get("a")), b = data.rows.run.indexOf(state.get("b"));
    const out = $("result");
    out.replaceChildren();
    if (a < 0 || b < 0 || a === b) { out.append(node("p", { class: "muted" }, words.choose)); return; }
    const rows = data.rows, problems = data.problems;
    const name = (i) => `${rows.model[i]} ${rows.budget[i]}`;
    const pairs = problems.id.map((id, p) => ({ p, id, cluster: problems.cluster[p], x: data.correct[a][p], y: data.correct[b][p] }))
      .filter((v) => v.x != null && v.y != null).map((v) => ({ ...v, d: v.y - v.x }));
    if (!pairs.length) { out.append(node("p", {}, words.nothing_common)); return; }
    const mean = (list, get) => list.reduce((s, v) => s + get(v), 0) / list.length;
    const difference = mean(pairs, (v) => v.d);
    const known = limits(data, a, b), [low, high] = known || bootstrap(pairs);
    const verdict = low > 0 ? words.better : high < 0 ? words.worse : words.open;
    const title = node("h2", {}, `${name(b)} − ${name(a)}${words.colon}${points(difference)} `, words.points);
    out.append(title, node("p", { class: "lead", id: "said" }, verdict.replaceAll("{a}", name(a)).replaceAll("{b}", name(b)), `${words.gap}95%${words.colon}${points(low)} … ${points(high)}${words.stop.trim()}`));
    out.append(node("p", { class: "small muted" }, `${pairs.length} ${words.of_problems}${words.comma}${new Set(pairs.map((v) => v.cluster)).size} ${words.clusters}${words.stop}${known ? words.rule : words.bootstrap} harness compare ${rows.run[a].slice(0, 8)} ${rows.run[b].slice(0, 8)}`));
    const cell = (text) => node("td", { class: "r" }, text);
    const line = (head, ...cells) => node("tr", {}, node("th", { scope: "row" }, head), ...cells.map(cell));
    const link = (i) => node("a", { href: root + data.href[i] }, name(i));
    out.append(table(words.figures, [["", false], [words.accuracy, true], [words.head_tokens, true], [words.head_usd, true], [words.lured, true]], [
      line(node("span", {}, "A: ", link(a)), percent(mean(pairs, (v) => v.x)), tokens(rows.tokens[a]), rows.usd[a] == null ? "N/A" : `$${rows.usd[a].toPrecision(3)}`, percent(rows.lure[a])),
      line(node("span", {}, "B: ", link(b)), percent(mean(pairs, (v) => v.y)), tokens(rows.tokens[b]), rows.usd[b] == null ? "N/A" : `$${rows.usd[b].toPrecision(3)}`, percent(rows.lure[b]))]));

    const flips = (test) => pairs.filter(test).slice(0, 60).map((v) => node("li", {}, node("a", { href: root + problems.href[v.p] }, v.id), ` ${percent(v.x)} → ${percent(v.y)} `, node("span", { class: "muted" }, problems.question[v.p])));
    const sides = [[words.only_b, pairs.filter((v) => v.d >= .5).length, flips((v) => v.d >= .5)], [words.only_a, pairs.filter((v) => v.d <= -.5).length, flips((v) => v.d <= -.5)]];
    out.append(node("h2", {}, words.flips), node("div", { class: "split" }, ...sides.map(([text, n, list]) => node("div", {}, node("h3", {}, `${text.replace("{a}", name(a)).replace("{b}", name(b))}${words.colon}${n}`), list.length ? node("ul", { class: "plain" }, ...list) : node("p", { class: "muted" }, "–")))));

    const factors = Object.entries(problems.factors);
    if (factors.length) {
      out.append(node("h2", {}, words.kinds), node("p", { class: "small muted" }, words.bootstrap));
      for (const [factor, values] of factors) {
        const levels = [...new Set(pairs.map((v) => values[v.p]))].sort();
        const body = levels.map((level) => {
          const part = pairs.filter((v) => values[v.p] === level), [down, up] = bootstrap(part), d = mean(part, (v) => v.d);
          const row = line(level || "–", `${part.length}`, percent(mean(part, (v) => v.x)), percent(mean(part, (v) => v.y)), points(d), `${points(down)} … ${points(up)}`);
          if (down > 0) row.lastChild.className = "r better"; else if (up < 0) row.lastChild.className = "r worse";
          return row;
        });
        out.append(node("details", {}, node("summary", {}, factor), table(factor, [[factor, false], [words.problems, true], ["A", true], ["B", true], [words.difference, true], ["95%", true]], body)));
      }
      out.querySelector("details").open = true;
    }
  };

  const save = () => history.replaceState(null, "", `#${state}`);
  const fill = (data) => {
    for (const [id, other] of [["a", 1], ["b", 0]]) {
      const select = $(id);
      select.replaceChildren(...data.rows.run.map((run, i) => new Option(`${data.rows.model[i]} ${data.rows.budget[i]}${data.rows.note[i] ? ` (${data.rows.note[i]})` : ""}${data.rows.part[i] === "ranked" ? "" : ` · ${words[data.rows.part[i]]}`}`, run)));
      if (!data.rows.run.includes(state.get(id))) state.set(id, data.rows.run[Math.min(other, data.rows.run.length - 1)] || "");
      select.value = state.get(id);
    }
  };
  const choose = async () => {
    const task = $("task");
    if (!task.options.length) { $("result").textContent = words.empty_store; return; }
    if (![...task.options].some((o) => o.value === state.get("task"))) state.set("task", task.options[0].value);
    task.value = state.get("task");
    const data = await load(task.value);
    fill(data);
    show(data);
  };
  for (const id of ["task", "a", "b"]) $(id).addEventListener("change", (event) => { state.set(id, event.target.value); choose().then(save); });
  $("swap").addEventListener("click", () => { const a = state.get("a"); state.set("a", state.get("b")); state.set("b", a); choose().then(save); });
  addEventListener("hashchange", () => { if (location.hash && !location.hash.includes("=")) return; for (const k of [...state.keys()]) state.delete(k); for (const [k, v] of new URLSearchParams(location.hash.slice(1))) state.set(k, v); choose(); });
  choose();
})();
