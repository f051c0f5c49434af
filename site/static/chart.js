"use strict";
// The picture of accuracy over cost, as site/chart.py draws it; here for any unit, width and rows.
const harnessChart = (() => {
  const SVG = "http://www.w3.org/2000/svg";
  const COLOURS = 8, CHAR = 7, LINE = 14, SPACE = 5;
  const SHAPES = ["circle", "square", "triangle", "diamond", "down", "plus", "cross", "bar"];

  const make = (name, attributes, parent, text) => {
    const node = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes || {})) node.setAttribute(key, value);
    if (text !== undefined) node.textContent = text;
    if (parent) parent.append(node);
    return node;
  };

  const shape = (kind, x, y, r, parent) => {
    const path = (d, more) => make("path", { class: "mark", d, ...more }, parent);
    const plus = `M${x - r * .45},${y - r * 1.2}h${r * .9}v${r * .75}h${r * .75}v${r * .9}h${-r * .75}v${r * .75}h${-r * .9}v${-r * .75}h${-r * .75}v${-r * .9}h${r * .75}z`;
    if (kind === "circle") return make("circle", { class: "mark", cx: x, cy: y, r }, parent);
    if (kind === "square") return make("rect", { class: "mark", x: x - r * .9, y: y - r * .9, width: r * 1.8, height: r * 1.8 }, parent);
    if (kind === "triangle") return path(`M${x},${y - r * 1.2}l${r * 1.15},${r * 2}h${-r * 2.3}z`);
    if (kind === "diamond") return path(`M${x},${y - r * 1.3}l${r * 1.3},${r * 1.3}l${-r * 1.3},${r * 1.3}l${-r * 1.3},${-r * 1.3}z`);
    if (kind === "down") return path(`M${x},${y + r * 1.2}l${r * 1.15},${-r * 2}h${-r * 2.3}z`);
    if (kind === "plus") return path(plus);
    if (kind === "cross") return path(plus, { transform: `rotate(45 ${x} ${y})` });
    return make("rect", { class: "mark", x: x - r * 1.2, y: y - r * .6, width: r * 2.4, height: r * 1.2 }, parent);
  };

  const short = (value) => {
    for (const [size, prefix] of [[1e15, "P"], [1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"]])
      if (value >= size * (1 - 1e-9)) return `${+(value / size).toPrecision(3)}${prefix}`;
    return value >= 1e-4 ? `${+value.toPrecision(3)}` : value.toExponential(0);
  };

  // Of points (cost, accuracy) by rising cost, those that none beats.
  const pareto = (points) => {
    const order = points.map((_, i) => i).sort((a, b) => points[a].cost - points[b].cost || points[b].value - points[a].value || a - b);
    let best = -Infinity;
    return order.filter((i) => points[i].value > best + 1e-9 && ((best = points[i].value), true));
  };

  const ticks = (start, end, most) => {
    let inside = [];
    for (const steps of [[1, 2, 5], [1, 3], [1]]) {
      inside = [];
      for (let p = Math.floor(start); p <= Math.ceil(end); p++)
        for (const s of steps) { const v = s * 10 ** p; if (Math.log10(v) >= start && Math.log10(v) <= end) inside.push(v); }
      if (inside.length <= most) break;
    }
    while (inside.length > most) inside = inside.filter((_, i) => i % 2 === 0);
    return inside;
  };

  const labels = (frame, lines, frontier) => {
    const taken = [], out = [];
    for (const line of lines) {
      for (const m of line.marks) taken.push([m.x - 6, m.y - 6, m.x + 6, m.y + 6]);
      const main = line.marks.filter((m) => m.main);
      for (const m of main) taken.push([m.x - 2, m.high, m.x + 2, m.low]);
      for (let i = 1; i < main.length; i++) {
        const a = main[i - 1], b = main[i], pieces = 1 + Math.floor((Math.abs(b.x - a.x) + Math.abs(b.y - a.y)) / 8);
        for (let k = 0; k <= pieces; k++) {
          const x = a.x + (b.x - a.x) * k / pieces, y = a.y + (b.y - a.y) * k / pieces;
          taken.push([x - 1, y - 1, x + 1, y + 1]);
        }
      }
    }
    const put = (mark, text, colour, model) => {
      const wide = text.length * CHAR;
      for (const [dx, dy, anchor] of [[9, -8, "start"], [-9, -8, "end"], [9, 17, "start"], [-9, 17, "end"], [9, -22, "start"], [-9, -22, "end"], [9, 31, "start"], [-9, 31, "end"]]) {
        const x = mark.x + dx, y = mark.y + dy, start = anchor === "end" ? x - wide : x;
        const box = [start, y - LINE + 3, start + wide, y + 3];
        const inside = box[0] > frame.left && box[2] < frame.width - 2 && box[1] > 0 && box[3] < frame.height - frame.bottom;
        if (inside && !taken.some((o) => box[0] < o[2] && o[0] < box[2] && box[1] < o[3] && o[1] < box[3])) {
          out.push({ x, y, text, anchor, colour, model }); taken.push([box[0] - SPACE, box[1], box[2] + SPACE, box[3]]); return;
        }
      }
    };
    for (const line of lines.slice(0, COLOURS)) {
      const end = line.marks.filter((m) => m.main).pop();
      if (end) put(end, line.model, line.colour, true);
    }
    const colours = new Map(lines.slice(0, COLOURS).map((line) => [line.model, line.colour]));
    for (const mark of [...frontier].reverse()) put(mark, mark.point.budget, colours.get(mark.point.model) ?? -1, false);
    return out;
  };

  // points: {model, budget, href, cost, value, low, high, title}. Returns where each point stands.
  const draw = (box, points, { unit, range, root, limit, chosen, empty }) => {
    box.replaceChildren();
    if (points.length < 1) { const p = document.createElement("p"); p.className = "muted"; p.textContent = empty; box.append(p); return; }
    const small = box.clientWidth < 600;
    const frame = small ? { width: Math.max(300, box.clientWidth), height: 340, left: 40, right: 10, top: 18, bottom: 44 }
      : { width: 1040, height: 440, left: 50, right: 20, top: 18, bottom: 44 };
    let start = Math.log10(Math.min(...points.map((p) => p.cost))), end = Math.log10(Math.max(...points.map((p) => p.cost)));
    const pad = Math.max(.08, .05 * (end - start));
    start -= pad; end += pad;
    const [low, high] = range;
    const x = (cost) => +(frame.left + (Math.log10(cost) - start) / (end - start) * (frame.width - frame.left - frame.right)).toFixed(1);
    const y = (value) => +(frame.height - frame.bottom - (value - low) / (high - low) * (frame.height - frame.top - frame.bottom)).toFixed(1);
    const svg = make("svg", { class: "drawn", viewBox: `0 0 ${frame.width} ${frame.height}`, role: "group", "aria-label": unit });
    const back = make("g", { "aria-hidden": "true" }, svg);
    const floor = frame.height - frame.bottom, right = frame.width - frame.right;

    const best = pareto(points);
    const ahead = new Set(best.map((i) => points[i].model));
    const top = new Map();
    for (const p of points) top.set(p.model, Math.max(p.value, top.get(p.model) ?? -1));
    const models = [...top.keys()].sort((a, b) => ahead.has(b) - ahead.has(a) || top.get(b) - top.get(a) || (a < b ? -1 : 1));
    const placed = new Map();
    const lines = models.map((model, number) => {
      const own = points.filter((p) => p.model === model).sort((a, b) => a.cost - b.cost);
      const main = new Set(pareto(own));
      const marks = own.map((point, i) => ({ point, x: x(point.cost), y: y(point.value), low: y(point.low), high: y(point.high), main: main.has(i) }));
      marks.forEach((m) => placed.set(m.point, m));
      return { model, colour: Math.min(number, COLOURS), shape: SHAPES[(number + (number >= COLOURS)) % SHAPES.length], marks };
    });
    const frontier = best.map((i) => placed.get(points[i]));
    if (frontier.length) {
      let stairs = `M${frontier[0].x},${frontier[0].y}`;
      for (const m of frontier.slice(1)) stairs += `H${m.x}V${m.y}`;
      stairs += `H${right}`;
      make("path", { class: "dominated", d: `${stairs}V${floor}H${frontier[0].x}Z` }, back);
      make("path", { class: "frontier", d: stairs }, back);
    }
    const tens = [];
    for (let i = Math.round(low * 10); i <= Math.round(high * 10); i++) tens.push(i);
    for (const i of tens.filter((t) => tens.length <= 7 || t % 2 === 0)) {
      make("line", { class: "grid", x1: frame.left, x2: right, y1: y(i / 10), y2: y(i / 10) }, back);
      make("text", { class: "axis", x: frame.left - 8, y: y(i / 10) + 4, "text-anchor": "end" }, back, `${10 * i}%`);
    }
    for (const v of ticks(start, end, small ? 5 : 9)) make("text", { class: "axis", x: x(v), y: floor + 18, "text-anchor": "middle" }, back, short(v));
    make("text", { class: "axis", x: right, y: frame.height - 6, "text-anchor": "end" }, back, `${unit} →`);
    if (limit) make("line", { class: "limit", x1: x(limit), x2: x(limit), y1: frame.top, y2: floor }, back);
    for (const line of lines) {
      const group = make("g", { class: `model k${line.colour}` }, svg);
      const main = line.marks.filter((m) => m.main);
      if (main.length > 1) make("path", { class: "line", d: "M" + main.map((m) => `${m.x},${m.y}`).join("L"), "aria-hidden": "true" }, group);
      for (const m of line.marks) {
        const a = make("a", { href: root + m.point.href, "aria-label": m.point.title, ...(m.main ? {} : { class: "minor" }) }, group);
        make("title", {}, a, m.point.title);
        if (m.main) make("path", { class: "err", d: `M${m.x},${m.low}V${m.high}` }, a);
        shape(line.shape, m.x, m.y, m.main ? 4.6 : 3.2, a);
        if (m.point.run === chosen) make("circle", { class: "chosen", cx: m.x, cy: m.y, r: 10 }, a);
      }
    }
    const over = make("g", { "aria-hidden": "true" }, svg);
    for (const l of labels(frame, lines, frontier))
      make("text", { class: `name${l.colour < 0 ? "" : ` k${l.colour}`}${l.model ? " model" : ""}`, x: l.x, y: l.y, "text-anchor": l.anchor }, over, l.text);
    box.append(svg);
  };

  return { draw, short };
})();
