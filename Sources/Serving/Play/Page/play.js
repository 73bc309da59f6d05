"use strict";
// The page of `nanovla play`. A Table is one policy in one world, with a WebSocket of its own; the page's
// controls speak to all tables, so that two policies get the same scene and instruction.

const $ = (id) => document.getElementById(id);
const tables = [];
let running = null;

class Table {
  constructor() {
    this.root = $("table").content.cloneNode(true).firstElementChild;
    this.find = (name) => this.root.querySelector(name);
    $("tables").append(this.root);
    this.find(".policy").onchange = (event) => this.send({ do: "choose", policy: event.target.value });
    for (const name of [".query", ".head"]) this.find(name).onchange = () => this.drawSeen();
    this.find(".scene").onkeydown = (event) => this.key(event);
    this.socket = new WebSocket(`ws://${location.host}/play`);
    this.socket.binaryType = "blob";
    this.socket.onopen = () => {
      this.settle();
      if (tables[0] !== this) this.send(layoutRequest(+$("seed").value));
    };
    this.find(".act").onclick = () => this.send({ do: "drive", action: sliders.values(this) });
    this.socket.onmessage = (event) => this.receive(event.data);
    this.socket.onclose = () => say("The server has ended.", true);
    this.closed = 0; // whether a person closes the gripper
    this.waiting = 0;
  }

  send(request) {
    if (this.socket.readyState !== WebSocket.OPEN) return;
    this.waiting += 1;
    if (!this.state || simulates(this.state)) this.late ??= setTimeout(() => say("The simulator is working …"), 700);
    this.socket.send(JSON.stringify(request));
  }

  settle() {
    const horizon = +$("horizon").value;
    this.send({
      do: "settings", blank: $("blank").checked, noise: +$("noise").value, ensemble: $("ensemble").checked,
      ...(horizon > 0 ? { horizon } : {}),
      ...($("fault").value !== "none" ? { fault: $("fault").value } : {}),
    });
  }

  receive(data) {
    this.waiting -= 1;
    clearTimeout(this.late);
    this.late = undefined;
    if (data instanceof Blob) return save(data, "episode.png");
    const reply = JSON.parse(data), state = reply.error ? reply.state : reply;
    if (state) { this.state = state; this.draw(); }
    if (reply.error) { stop(); say(reply.error, true); }
  }

  remove() { this.socket.onclose = null; this.socket.close(); this.root.remove(); }

  // Drawing

  draw() {
    const s = this.state;
    this.find(".picture").src = "data:image/png;base64," + s.picture;
    this.find(".picture").alt = simulates(s) ? "The simulator's camera" : `The table: ${s.objects.map((o) => o.name).join(", ")}`;
    this.find(".plan polyline").setAttribute("points", s.plan.map((p) => p.join(",")).join(" "));
    options(this.find(".policy"), s.policies, s.policy);
    const map = s.insight && s.insight.attention;
    options(this.find(".query"), map ? map.queries : ["none"]);
    options(this.find(".head"), map ? map.weights.map((_, i) => `${i + 1}`) : ["none"]);
    for (const name of [".query", ".head"]) this.find(name).parentNode.hidden = !map;
    this.drawObjects();
    this.drawSeen();
    this.drawBars();
    const outcome = this.find(".outcome");
    outcome.className = "outcome " + (!s.isJudged || s.outcome === "running" ? "" : s.outcome === "success" ? "success" : "failure");
    outcome.textContent = simulates(s) ? simulatorOutcome(s)
      : !s.isJudged && s.outcome !== "running" ? "ended; no rule judges this instruction"
      : s.outcome === "timeout" ? `no success in ${s.horizon} steps` : s.outcome;
    for (const node of document.querySelectorAll("[data-world]")) node.hidden = (node.dataset.world === "simulator") !== simulates(s);
    if (simulates(s)) drawSimulator(this);
    const r = s.success;
    this.find(".rate").textContent = r.episodes === 0 ? "No judged episode yet."
      : `Success so far: ${r.successes} of ${r.episodes}, 95 % interval ${r.low.toFixed(2)}–${r.high.toFixed(2)}.`;
    if (this === tables[0]) drawControls(s);
  }

  drawObjects() {
    const layer = this.find(".objects");
    while (layer.children.length > this.state.objects.length) layer.lastChild.remove();
    this.state.objects.forEach((object, index) => {
      let handle = layer.children[index];
      if (!handle) { handle = this.handle(index); layer.append(handle); }
      handle.setAttribute("aria-label", `${object.name}: drag it, or Shift and arrow keys`);
      handle.style.left = 100 * object.at[0] + "%";
      handle.style.top = 100 * object.at[1] + "%";
    });
  }

  // The camera's constants: see Sources/Tabletop/Camera.swift.
  place(u, v) { return { x: (u - 6 / 64) / (52 / 64), y: (v - 18 / 64) / (40 / 64) }; }

  handle(index) {
    const button = document.createElement("button");
    button.type = "button";
    const scene = this.find(".scene");
    button.onpointerdown = (event) => { button.setPointerCapture(event.pointerId); button.dragging = true; };
    button.onpointermove = (event) => {
      if (!button.dragging) return;
      const box = scene.getBoundingClientRect();
      button.style.left = 100 * (event.clientX - box.left) / box.width + "%";
      button.style.top = 100 * (event.clientY - box.top) / box.height + "%";
    };
    button.onpointerup = (event) => {
      if (!button.dragging) return;
      button.dragging = false;
      const box = scene.getBoundingClientRect();
      const to = this.place((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
      all({ do: "move", object: index, ...to });
    };
    button.onkeydown = (event) => {
      const by = { ArrowLeft: [-0.05, 0], ArrowRight: [0.05, 0], ArrowUp: [0, -0.05], ArrowDown: [0, 0.05] }[event.key];
      if (!event.shiftKey || !by) return;
      event.preventDefault();
      event.stopPropagation();
      const at = this.place(...this.state.objects[index].at);
      all({ do: "move", object: index, x: at.x + by[0], y: at.y + by[1] });
    };
    return button;
  }

  drawSeen() {
    const s = this.state;
    if (!s || !s.seen) return;
    const image = new Image();
    image.onload = () => {
      const canvas = this.find(".seen"), context = canvas.getContext("2d");
      const side = canvas.width = canvas.height = image.naturalWidth;
      context.drawImage(image, 0, 0);
      const map = s.insight && s.insight.attention;
      if (!map) return;
      const weights = map.weights[this.find(".head").selectedIndex]?.[this.find(".query").selectedIndex];
      if (!weights) return;
      const top = Math.max(...weights), cell = side / map.side;
      weights.forEach((weight, i) => {
        context.fillStyle = `rgba(255, 220, 0, ${0.75 * weight / top})`;
        context.fillRect((i % map.side) * cell, Math.floor(i / map.side) * cell, cell, cell);
      });
    };
    image.src = "data:image/png;base64," + s.seen;
  }

  drawBars() {
    const box = this.find(".bars");
    box.textContent = "";
    const insight = this.state.insight;
    if (!insight) return;
    for (const d of insight.dimensions) {
      const values = d.centers.length ? d.centers : d.samples;
      const low = Math.min(...values), high = Math.max(...values);
      const title = document.createElement("p");
      title.append(text("span", d.name), text("span", `${low.toFixed(2)} … ${high.toFixed(2)} ${d.unit}`));
      const top = Math.max(...d.probabilities, 1e-9), n = d.probabilities.length;
      let marks = d.probabilities.map((p, i) => `<rect x="${i / n}" y="${1 - p / top}" width="${0.9 / n}" height="${p / top}"/>`);
      if (!n) marks = values.map((v) => { const x = high > low ? (v - low) / (high - low) : 0.5; return `<line x1="${x}" x2="${x}" y1="0" y2="1" stroke-width=".006"/>`; });
      const picture = document.createElement("div");
      picture.innerHTML = `<svg viewBox="0 0 1 1" preserveAspectRatio="none" role="img">${marks.join("")}</svg>`;
      picture.firstChild.setAttribute("aria-label", `distribution of ${d.name}`);
      box.append(title, picture.firstChild);
    }
  }

  // Driving by hand

  key(event) {
    if (event.shiftKey || event.ctrlKey || event.metaKey || !this.state || simulates(this.state)) return;
    const by = { ArrowLeft: [-0.1, 0, 0], ArrowRight: [0.1, 0, 0], ArrowUp: [0, -0.1, 0], ArrowDown: [0, 0.1, 0],
      PageUp: [0, 0, 0.2], PageDown: [0, 0, -0.2], " ": [0, 0, 0] }[event.key];
    if (!by) return;
    event.preventDefault();
    if (event.key === " ") this.closed = 1 - this.closed;
    this.send({ do: "drive", action: [...by, 0, 0, 0, this.closed ? 1 : -1] });
  }
}

// The page

function all(request) { tables.forEach((table) => table.send(request)); }
function text(kind, words) { const node = document.createElement(kind); node.textContent = words; return node; }
function say(words, isError) { $("status").textContent = words; $("status").className = isError ? "error" : ""; }

function options(select, names, chosen) {
  if ([...select.options].map((o) => o.value).join("\n") !== names.join("\n")) {
    const kept = select.value;
    select.replaceChildren(...names.map((name) => { const o = text("option", name); o.value = name; return o; }));
    if (names.includes(kept)) select.value = kept;
  }
  if (chosen !== undefined) select.value = chosen;
}

function drawControls(s) {
  if (document.activeElement !== $("instruction")) $("instruction").value = s.instruction;
  $("tasks").replaceChildren(...s.tasks.map((task) => { const o = document.createElement("option"); o.value = task; return o; }));
  options($("fault"), ["none", ...s.faults], s.fault || "none");
  $("scrub").max = s.step;
  $("scrub").value = s.step;
  $("count").textContent = `${s.step} of ${s.horizon}`;
  $("kind").textContent = s.layout.kind === "task" ? "Task" : "Suite";
  options($("layout"), s.layout.names, s.layout.name);
  $("seed").value = s.layout.seed;
  $("other").disabled = s.tasks.every((task) => task === s.instruction);
  $("keep").disabled = !(s.isJudged && s.outcome === "success");
  $("clone").disabled = s.demonstrations === 0;
  $("clone").textContent = s.demonstrations ? `Clone kept episodes (${s.demonstrations})` : "Clone kept episodes";
  say(`“${s.instruction}”: ${s.outcome}, step ${s.step}`);
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

function stop() { clearInterval(running); running = null; $("run").setAttribute("aria-pressed", "false"); }

function tick() {
  const active = tables.filter((table) => table.state && table.state.outcome === "running");
  if (!active.length && tables.every((table) => !table.waiting)) return stop();
  active.filter((table) => !table.waiting).forEach((table) => table.send({ do: "step" }));
}

$("instruct").onsubmit = (event) => { event.preventDefault(); all({ do: "tell", text: $("instruction").value }); };
$("other").onclick = () => {
  if (!tables[0].state) return;
  const s = tables[0].state, others = s.tasks.filter((task) => task !== s.instruction);
  all({ do: "tell", text: others[Math.floor(Math.random() * others.length)] });
};
$("run").onclick = () => {
  if (running) return stop();
  if (!tables[0].state) return;
  if (tables.every((table) => table.state && table.state.outcome !== "running")) reset(+$("seed").value + 1);
  running = setInterval(tick, simulates(tables[0].state) ? 40 : 200);
  $("run").setAttribute("aria-pressed", "true");
};
$("step").onclick = () => all({ do: "step" });
const rewind = (event) => { stop(); all({ do: "rewind", to: +event.target.value }); };
$("scrub").oninput = (event) => { if (!simulates(tables[0].state)) rewind(event); };
$("scrub").onchange = (event) => { if (simulates(tables[0].state)) rewind(event); };
function layoutRequest(seed) {
  const { kind } = tables[0].state.layout;
  return { do: kind === "task" ? "begin" : "reset", [kind]: $("layout").value, seed };
}
function reset(seed) { if (tables[0].state) all(layoutRequest(seed)); }
$("reset").onclick = () => reset(+$("seed").value + 1);
$("layout").onchange = () => reset(+$("seed").value);
$("seed").onchange = () => reset(+$("seed").value);
$("film").onclick = () => tables[0].send({ do: "film" });
$("keep").onclick = () => tables[0].send({ do: "keep" });
$("clone").onclick = () => { say("learning …"); tables[0].send({ do: "clone" }); };
for (const id of ["blank", "noise", "horizon", "ensemble", "fault"]) $(id).onchange = () => tables.forEach((table) => table.settle());
$("pair").onchange = (event) => {
  if (event.target.checked) tables.push(new Table()); else tables.pop().remove();
  $("tables").classList.toggle("pair", tables.length > 1);
};
tables.push(new Table());
