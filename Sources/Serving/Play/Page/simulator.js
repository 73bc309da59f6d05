"use strict";
// What the page shows of a simulator, and of no tabletop.

function simulates(state) { return state.layout.environment != null; }

function simulatorOutcome(s) {
  if (s.outcome === "stopped") return "stopped by an error; begin a new layout, or go back";
  if (s.outcome === "timeout") return `no success in ${s.horizon} steps`;
  return s.isJudged || s.outcome === "running" ? s.outcome : `ended: ${s.outcome}, judged by the simulator’s own task`;
}

function drawSimulator(table) {
  const s = table.state, scene = table.find(".scene");
  for (const name of ["tabindex", "role", "aria-label"]) scene.removeAttribute(name);
  table.find(".judge").textContent = s.isJudged ? "" :
    `The simulator judges its own task all the same: “${s.layout.judged}”. This episode is not counted.`;
  table.find(".act").disabled = s.outcome !== "running";
  sliders.draw(table);
}

// One slider for each number of an action: the last one's value, or what a person will do.
const sliders = {
  draw(table) {
    const box = table.find(".sliders"), s = table.state;
    if (box.children.length !== s.dimensions.length) {
      box.replaceChildren(...s.dimensions.map((d) => {
        const label = document.createElement("label"), input = document.createElement("input");
        Object.assign(input, { type: "range", min: d.low, max: d.high, step: "any" });
        const value = document.createElement("output");
        input.oninput = () => { value.textContent = this.words(+input.value, d); };
        label.append(text("span", d.name), input, value);
        return label;
      }));
    }
    s.dimensions.forEach((d, i) => {
      const input = box.children[i].querySelector("input");
      input.value = s.action ? s.action[i] : Math.min(Math.max(0, d.low), d.high);
      input.oninput();
    });
  },
  words(value, d) { return `${+value.toFixed(3)} (${d.unit})`; },
  values(table) { return [...table.find(".sliders").querySelectorAll("input")].map((input) => +input.value); },
};
