"use strict";
(() => {
  const root = document.documentElement;
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const one = (selector, from = document) => from.querySelector(selector);
  root.classList.add("js");

  // Light and dark.
  const theme = one("#theme");
  const isDark = () => (root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const told = () => { theme.setAttribute("aria-pressed", String(isDark())); };
  try { const kept = localStorage.getItem("odibi-theme"); if (kept === "dark" || kept === "light") root.dataset.theme = kept; } catch { /* none is kept */ }
  theme.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    try { localStorage.setItem("odibi-theme", root.dataset.theme); } catch { /* it lasts as long as the page */ }
    told();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", told);
  told();

  // Paper has everything.
  let folded = [];
  addEventListener("beforeprint", () => { folded = all("details:not([open])"); folded.forEach(each => { each.open = true; }); });
  addEventListener("afterprint", () => { folded.forEach(each => { each.open = false; }); folded = []; });
  one("#print").addEventListener("click", () => print());

  // A link to a step opens its card.
  const arrive = () => {
    let id = "";
    try { id = decodeURIComponent(location.hash.slice(1)); } catch { return; }
    const place = id && document.getElementById(id);
    if (!place || !place.matches("article")) return;
    show(place);
    one("details", place).open = true;
    place.scrollIntoView();
    one("summary", place).focus({ preventScroll: true });
  };
  addEventListener("hashchange", arrive);
  document.addEventListener("click", event => {
    const link = event.target.closest("a[href^='#']");
    if (link && (link.getAttribute("href") === location.hash)) arrive();
  });

  // Finding and folding cards.
  const cards = all("article[data-step]");
  const find = one("#find");
  let only = "";
  const sift = () => {
    const words = find.value.trim().toLowerCase();
    let found = 0;
    for (const card of cards) {
      card.hidden = !((!only || card.dataset.status === only) && (!words || card.dataset.step.toLowerCase().includes(words)));
      found += card.hidden ? 0 : 1;
    }
    one("#nothing-found").hidden = found > 0;
    for (const name of all("#steps > .layer-name")) {
      let next = name.nextElementSibling, some = false;
      for (; next && next.matches("article"); next = next.nextElementSibling) some = some || !next.hidden;
      name.hidden = !some;
    }
  };
  const press = () => all("[data-filter]").forEach(each => each.setAttribute("aria-pressed", String(each.dataset.filter === only)));
  const show = card => { if (card.hidden) { find.value = ""; only = ""; press(); sift(); } };
  find.addEventListener("input", sift);
  all("[data-filter]").forEach(each => each.addEventListener("click", () => { only = only === each.dataset.filter ? "" : each.dataset.filter; press(); sift(); }));
  all("[data-fold]").forEach(each => each.addEventListener("click", () => cards.forEach(card => { if (!card.hidden) one("details", card).open = each.dataset.fold === "open"; })));

  // Copying.
  all(".copy").forEach(button => button.addEventListener("click", async () => {
    const text = one("pre", button.closest("figure")).textContent;
    let done = true;
    try { await navigator.clipboard.writeText(text); } catch {
      const range = document.createRange();
      range.selectNodeContents(one("pre", button.closest("figure")));
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      done = document.execCommand("copy");
    }
    button.textContent = done ? "Copied" : "Selected";
    setTimeout(() => { button.textContent = "Copy"; }, 1600);
  }));

  const canvas = one(".canvas");
  if (canvas) picture(canvas);
  arrive();

  function picture(canvas) {
    const views = all(".view", canvas);
    let view = views[0];
    const whole = new Map(views.map(each => { const box = one("svg", each).viewBox.baseVal; return [each, { x: box.x, y: box.y, w: box.width, h: box.height }]; }));
    const place = new Map();
    const room = () => ({ w: canvas.clientWidth, h: canvas.clientHeight });
    const draw = () => {
      const { x, y, scale } = place.get(view), { w, h } = room();
      one("svg", view).setAttribute("viewBox", `${x} ${y} ${w / scale} ${h / scale}`);
    };
    const fit = (isWhole = false) => {
      const box = whole.get(view), w = canvas.clientWidth;
      const wanted = Math.min(1, Math.max(w / box.w, isWhole ? 0 : w < 720 ? 0.5 : 0.34));
      canvas.style.height = `${Math.round(Math.max(110, Math.min(box.h * Math.max(wanted, 0.3), innerHeight * 0.74)))}px`;
      const { h } = room();
      const scale = isWhole ? Math.min(1, w / box.w, h / box.h) : Math.max(Math.min(wanted, h / box.h), Math.min(wanted, 0.34));
      const failed = isWhole ? null : one(".state-failed", view);
      const at = failed && failed.transform.baseVal.consolidate().matrix;
      const start = (from, size, shown, wished) => shown >= size ? from - (shown - size) / 2 : Math.max(from, Math.min(wished - shown / 2, from + size - shown));
      place.set(view, { scale, x: start(box.x, box.w, w / scale, at ? at.e + 120 : 0), y: start(box.y, box.h, h / scale, at ? at.f : box.y + box.h / 2) });
      draw();
    };
    const zoom = (factor, px, py) => {
      const at = place.get(view), { w, h } = room();
      const scale = Math.min(2.5, Math.max(0.04, at.scale * factor));
      const cx = px ?? w / 2, cy = py ?? h / 2;
      place.set(view, { scale, x: at.x + cx / at.scale - cx / scale, y: at.y + cy / at.scale - cy / scale });
      draw();
    };
    const move = (dx, dy) => { const at = place.get(view); place.set(view, { ...at, x: at.x - dx / at.scale, y: at.y - dy / at.scale }); draw(); };
    fit();
    let width = canvas.clientWidth;
    new ResizeObserver(() => { if (canvas.clientWidth !== width) { width = canvas.clientWidth; fit(); } }).observe(canvas);

    all("[data-zoom]").forEach(each => each.addEventListener("click", () => each.dataset.zoom === "fit" ? fit(true) : zoom(each.dataset.zoom === "in" ? 1.3 : 1 / 1.3)));
    all("[data-show]").forEach(each => each.addEventListener("click", () => {
      dim();
      view = views.find(other => other.dataset.view === each.dataset.show);
      views.forEach(other => { other.hidden = other !== view; });
      all("[data-show]").forEach(other => other.setAttribute("aria-pressed", String(other === each)));
      fit();
    }));
    canvas.addEventListener("wheel", event => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const box = canvas.getBoundingClientRect();
      zoom(Math.exp(-event.deltaY * 0.0035), event.clientX - box.left, event.clientY - box.top);
    }, { passive: false });
    canvas.addEventListener("keydown", event => {
      const moves = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (moves[event.key]) move(...moves[event.key]);
      else if (event.key === "+" || event.key === "=") zoom(1.3);
      else if (event.key === "-") zoom(1 / 1.3);
      else if (event.key === "0") fit(true);
      else return;
      event.preventDefault();
    });
    let held = null, dragged = false;
    canvas.addEventListener("pointerdown", event => { dragged = false; if (event.button === 0 && event.pointerType !== "touch") held = { x: event.clientX, y: event.clientY }; });
    addEventListener("pointermove", event => {
      if (!held) return;
      if (!dragged && Math.hypot(event.clientX - held.x, event.clientY - held.y) < 4) return;
      dragged = true;
      canvas.classList.add("held");
      move(event.clientX - held.x, event.clientY - held.y);
      held = { x: event.clientX, y: event.clientY };
    });
    addEventListener("pointerup", () => { held = null; canvas.classList.remove("held"); });
    canvas.addEventListener("click", event => { if (dragged) { event.preventDefault(); event.stopPropagation(); dragged = false; } }, true);
    canvas.addEventListener("dragstart", event => event.preventDefault());
    let fingers = null;
    canvas.addEventListener("touchstart", event => { fingers = [...event.touches].map(each => ({ x: each.clientX, y: each.clientY })); }, { passive: true });
    canvas.addEventListener("touchmove", event => {
      const now = [...event.touches].map(each => ({ x: each.clientX, y: each.clientY }));
      if (fingers && now.length === 2 && fingers.length === 2) {
        event.preventDefault();
        const box = canvas.getBoundingClientRect();
        const apart = points => Math.hypot(points[0].x - points[1].x, points[0].y - points[1].y) || 1;
        const middle = points => ({ x: (points[0].x + points[1].x) / 2, y: (points[0].y + points[1].y) / 2 });
        const to = middle(now), from = middle(fingers);
        zoom(apart(now) / apart(fingers), to.x - box.left, to.y - box.top);
        move(to.x - from.x, to.y - from.y);
      } else if (fingers && now.length === 1 && fingers.length === 1 && Math.abs(now[0].x - fingers[0].x) > Math.abs(now[0].y - fingers[0].y)) {
        event.preventDefault();
        move(now[0].x - fingers[0].x, 0);
      }
      fingers = now;
    }, { passive: false });
    all("a", canvas).forEach(link => link.addEventListener("focus", () => reveal(link)));
    function reveal(link) {
      const node = link.getBoundingClientRect(), box = canvas.getBoundingClientRect();
      if (!link.matches(":focus-visible") || (node.left >= box.left && node.right <= box.right && node.top >= box.top && node.bottom <= box.bottom)) return;
      move((box.left + box.right - node.left - node.right) / 2, (box.top + box.bottom - node.top - node.bottom) / 2);
    }

    // Who leads where: steps by the edges of the picture, columns by the tables of the cards.
    const into = new Map(), out = new Map();
    const join = (map, key, value) => { if (!map.has(key)) map.set(key, new Set()); map.get(key).add(value); };
    for (const edge of all(".edge", views[0])) { join(into, edge.dataset.to, edge.dataset.from); join(out, edge.dataset.from, edge.dataset.to); }
    const rows = all("tr[data-column]");
    const columns = rows.map(row => ({ row, step: row.closest("article").dataset.step, name: row.dataset.column, of: row.dataset.of ? row.dataset.of.split(" ").map(each => ({ number: Number(each.replace("~", "")), decides: each.startsWith("~") })) : [], to: [] }));
    columns.forEach((column, number) => column.of.forEach(each => { if (columns[each.number]) columns[each.number].to.push({ number, decides: each.decides }); }));
    const numbers = new Map(columns.map((column, number) => [`${column.step}\n${column.name}`, number]));
    const reach = (start, next) => {
      const seen = new Set([start]), waiting = [start];
      while (waiting.length) for (const each of next(waiting.pop())) if (!seen.has(each)) { seen.add(each); waiting.push(each); }
      return seen;
    };
    const status = one("#flow"), silent = status.textContent;
    let lit = "";

    function dim() {
      lit = "";
      canvas.classList.remove("lit");
      all(".on, .here", canvas).forEach(each => each.classList.remove("on", "here"));
      rows.forEach(row => row.classList.remove("on"));
      all(".flow", canvas).forEach(each => each.remove());
      status.textContent = silent;
    }
    function light(steps, hasEdges = true) {
      canvas.classList.add("lit");
      for (const node of all("[data-step]", view)) node.classList.toggle("on", steps.has(node.dataset.step));
      for (const edge of all(".edge", view)) edge.classList.toggle("on", hasEdges && steps.has(edge.dataset.from) && steps.has(edge.dataset.to));
    }
    function step(name) {
      if (lit === `step ${name}`) return;
      dim();
      lit = `step ${name}`;
      const before = reach(name, each => into.get(each) || []), after = reach(name, each => out.get(each) || []);
      light(new Set([...before, ...after]));
      status.textContent = `${name}: comes from ${count(before.size - 1, "step")}, goes to ${count(after.size - 1, "step")}.`;
    }
    const count = (number, noun) => number === 0 ? "none" : `${number} ${noun}${number === 1 ? "" : "s"}`;
    function column(number) {
      if (lit === `column ${number}`) return;
      dim();
      lit = `column ${number}`;
      const before = reach(number, each => columns[each].of.map(other => other.number));
      const after = reach(number, each => columns[each].to.map(other => other.number));
      const both = new Set([...before, ...after]);
      light(new Set([...both].map(each => columns[each].step)), view.dataset.view === "steps");
      const drawn = new Map();
      for (const each of all(".of-column", view)) {
        const found = numbers.get(`${each.closest("[data-step]").dataset.step}\n${each.dataset.column}`);
        drawn.set(found, each);
        each.classList.toggle("on", both.has(found));
        each.classList.toggle("here", found === number);
      }
      const svg = one("svg", view);
      for (const each of both) {
        columns[each].row.classList.add("on");
        if (!drawn.has(each)) continue;
        for (const source of columns[each].of) {
          const within = (before.has(each) && before.has(source.number)) || (after.has(each) && after.has(source.number));
          if (within && drawn.has(source.number)) svg.append(line(drawn.get(source.number), drawn.get(each), source.decides));
        }
      }
      status.textContent = words(columns[number]);
    }
    function line(from, to, decides) {
      const place = each => { const move = each.closest("[data-step]").transform.baseVal.consolidate().matrix, box = one(".hit", each).getBBox(); return { x: move.e + box.x, y: move.f + box.y + box.height / 2, w: box.width }; };
      const a = place(from), b = place(to), x = a.x + a.w, bend = Math.max(30, (b.x - x) / 2);
      const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
      path.setAttribute("d", `M${x} ${a.y}C${x + bend} ${a.y} ${b.x - bend} ${b.y} ${b.x} ${b.y}`);
      path.setAttribute("class", decides ? "flow decides" : "flow");
      return path;
    }
    function words(found) {
      const named = some => some.slice(0, 6).map(each => `${columns[each.number].step}.${columns[each.number].name}`).join(", ") + (some.length > 6 ? ` and ${some.length - 6} more` : "");
      const direct = found.of.filter(each => !each.decides && columns[each.number]), decides = found.of.filter(each => each.decides && columns[each.number]);
      const parts = [`${found.step}.${found.name}`];
      if (direct.length) parts.push(`made of ${named(direct)}`);
      if (decides.length) parts.push(`decided by ${named(decides)}`);
      if (found.to.length) parts.push(`goes into ${named(found.to)}`);
      return `${parts.join(" · ")}.`;
    }
    const over = event => {
      if (held) return;
      const target = event.target.closest(".of-column") || event.target.closest("tr[data-column]") || event.target.closest("[data-step]");
      if (!target) return;
      if (target.matches("tr")) column(rows.indexOf(target));
      else if (target.matches(".of-column")) {
        const number = numbers.get(`${target.closest("[data-step]").dataset.step}\n${target.dataset.column}`);
        if (number !== undefined) column(number);
      } else step(target.dataset.step);
    };
    canvas.addEventListener("pointerover", event => { if (event.target.closest(".node")) over(event); else if (!held) dim(); });
    canvas.addEventListener("pointerleave", () => { if (!held) dim(); });
    canvas.addEventListener("focusin", event => { const node = one("[data-step]", event.target); if (node) step(node.dataset.step); });
    canvas.addEventListener("focusout", dim);
    for (const table of all("table.columns")) {
      table.addEventListener("pointerover", over);
      table.addEventListener("focusin", over);
      table.addEventListener("pointerleave", dim);
    }
  }
})();
