// The filter of the index of rules. Without it the table is whole, so its controls are made here.
(function () {
  "use strict";
  const table = document.getElementById("rule-index");
  if (!table) return;
  const rows = Array.from(table.tBodies[0].rows);
  const form = document.createElement("form");
  const status = document.createElement("p");
  const controls = {};
  form.className = "rule-filter";
  form.setAttribute("role", "search");
  form.setAttribute("aria-label", "Filter the rules");
  status.setAttribute("role", "status");

  const add = (name, label, control) => {
    const box = document.createElement("label");
    control.name = name;
    box.append(label, control);
    form.append(box);
    controls[name] = control;
  };
  const choice = (name, label, values) => {
    const select = document.createElement("select");
    select.add(new Option("any", ""));
    values.forEach((value) => select.add(new Option(value, value)));
    add(name, label, select);
  };
  const values = (name) => Array.from(new Set(rows.flatMap((row) => row.dataset[name].split(" ")).filter(Boolean))).sort();

  const text = document.createElement("input");
  text.type = "search";
  text.autocomplete = "off";
  add("text", "Text", text);
  choice("kinds", "Kind", values("kinds"));
  choice("severity", "Severity", ["error", "warning", "note", "off"]);
  choice("category", "Category", values("category"));
  choice("fix", "Fix", values("fix"));
  const reset = document.createElement("button");
  reset.type = "reset";
  reset.textContent = "Show all";
  form.append(reset);

  const apply = () => {
    const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const asked = Object.entries(controls).filter(([name, control]) => name !== "text" && control.value);
    let shown = 0;
    rows.forEach((row) => {
      const said = row.textContent.toLowerCase();
      const fits = words.every((word) => said.includes(word)) && asked.every(([name, control]) => row.dataset[name].split(" ").includes(control.value));
      row.hidden = !fits;
      shown += fits;
    });
    status.textContent = `${shown} of ${rows.length} rules`;
  };
  form.addEventListener("input", apply);
  form.addEventListener("reset", () => setTimeout(apply, 0));
  form.addEventListener("submit", (event) => event.preventDefault());
  new URLSearchParams(location.search).forEach((value, name) => {
    if (controls[name]) controls[name].value = value;
  });
  table.parentElement.before(form, status);
  apply();
})();
