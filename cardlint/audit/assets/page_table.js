"use strict";
// A table of any length, of which one page is drawn: filtered by a form, sorted by its heads, counted in a live region.
cardlint.Table = class {
  static PAGE = 20;

  // `columns` are {key, title, value(row), draw(row, cell), number, wide, first}; `fits(wanted)` gives a test of rows, or null for all.
  constructor(id, { count, columns, fits, order, noun, changed }) {
    const named = (part) => document.getElementById(`${id}-${part}`);
    this.id = id;
    this.columns = columns;
    this.fits = fits;
    this.noun = noun;
    this.changed = changed;
    this.standard = order;
    this.order = order;
    this.page = 0;
    this.all = Array.from({ length: count }, (_, row) => row);
    this.form = named("form");
    this.status = named("status");
    this.table = named("table");
    this.pager = named("pager");
    this.frame = this.table.parentElement;
    this.prefix = id === "repositories" ? "" : `${id}.`;
    this.head();
    this.paging();
    this.listen();
    this.form.hidden = false;
  }

  head() {
    const caption = cardlint.make("caption", "unseen", this.noun(this.all.length, this.all.length));
    const row = document.createElement("tr");
    for (const column of this.columns) {
      const cell = cardlint.make("th", [column.number ? "number" : "", column.wide ? "wide" : ""].join(" ").trim(), "");
      cell.scope = "col";
      const button = cardlint.make("button", "sort", column.title);
      button.type = "button";
      button.addEventListener("click", () => this.sort(column.key));
      cell.append(button);
      column.cell = cell;
      row.append(cell);
    }
    const head = document.createElement("thead");
    head.append(row);
    this.body = document.createElement("tbody");
    this.table.append(caption, head, this.body);
  }

  paging() {
    this.turns = [["Previous", -1], ["Next", 1]].map(([words, step]) => {
      const button = cardlint.make("button", "", words);
      button.type = "button";
      button.addEventListener("click", () => this.turn(step));
      return button;
    });
    this.place = cardlint.make("span", "rest", "");
    this.pager.append(this.turns[0], this.place, this.turns[1]);
  }

  turn(step) {
    this.page += step;
    this.draw();
    this.table.scrollIntoView({ block: "start" });
    const there = this.turns[step < 0 ? 0 : 1];
    if (there.disabled) this.turns[step < 0 ? 1 : 0].focus({ preventScroll: true });
    this.changed();
  }

  listen() {
    let waiting;
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.form.addEventListener("input", (event) => {
      clearTimeout(waiting);
      waiting = setTimeout(() => this.refresh(), event.target.type === "search" ? 120 : 0);
    });
    this.form.addEventListener("reset", () => {
      clearTimeout(waiting);
      setTimeout(() => {
        this.order = this.standard;
        this.refresh();
      });
    });
  }

  // After a person changed something: what is drawn and the address follow.
  refresh() {
    this.page = 0;
    this.apply();
    this.changed();
  }

  sort(key) {
    const [at, down] = this.order;
    const column = this.columns.find((item) => item.key === key);
    this.order = [key, at === key ? !down : column.number === true];
    this.refresh();
  }

  controls() {
    return [...this.form.querySelectorAll("[data-key]")];
  }

  wanted() {
    return Object.fromEntries(this.controls().map((control) => [control.dataset.key, control.value.trim()]));
  }

  set(key, value) {
    const control = this.form.querySelector(`[data-key="${key}"]`);
    control.value = value;
    if (control.value !== value) control.value = "";
  }

  write(said) {
    for (const [key, value] of Object.entries(this.wanted())) if (value) said.set(this.prefix + key, value);
    if (this.order.join() !== this.standard.join()) said.set(`${this.prefix}sort`, (this.order[1] ? "-" : "") + this.order[0]);
    if (this.page) said.set(`${this.prefix}page`, String(this.page + 1));
  }

  recall(said) {
    for (const control of this.controls()) this.set(control.dataset.key, said.get(this.prefix + control.dataset.key) ?? "");
    const order = said.get(`${this.prefix}sort`) ?? "";
    const key = order.replace(/^-/, "");
    this.order = this.columns.some((column) => column.key === key) ? [key, order.startsWith("-")] : this.standard;
    this.page = Math.max(0, Math.trunc(Number(said.get(`${this.prefix}page`)) || 1) - 1);
    this.apply();
  }

  apply() {
    const test = this.fits(this.wanted());
    this.rows = test ? this.all.filter(test) : [...this.all];
    const [key, down] = this.order;
    const { value } = this.columns.find((column) => column.key === key);
    const values = new Map(this.rows.map((row) => [row, value(row)]));
    const way = down ? -1 : 1;
    this.rows.sort((one, other) => {
      const [a, b] = [values.get(one), values.get(other)];
      return a === b ? one - other : a < b ? -way : way;
    });
    this.draw();
  }

  draw() {
    const { PAGE } = cardlint.Table;
    const pages = Math.max(1, Math.ceil(this.rows.length / PAGE));
    this.page = Math.min(this.page, pages - 1);
    const shown = this.rows.slice(this.page * PAGE, (this.page + 1) * PAGE);
    this.body.replaceChildren(...shown.map((row) => this.row(row)));
    for (const { key, cell } of this.columns) {
      if (key === this.order[0]) cell.setAttribute("aria-sort", this.order[1] ? "descending" : "ascending");
      else cell.removeAttribute("aria-sort");
    }
    this.status.textContent = this.noun(this.rows.length, this.all.length);
    this.frame.hidden = this.rows.length === 0;
    this.pager.hidden = pages === 1;
    this.place.textContent = `Page ${cardlint.number(this.page + 1)} of ${cardlint.number(pages)}`;
    this.turns[0].disabled = this.page === 0;
    this.turns[1].disabled = this.page === pages - 1;
  }

  row(row) {
    const line = document.createElement("tr");
    this.columns.forEach((column, at) => {
      const cell = cardlint.make(at ? "td" : "th", "", "");
      if (!at) cell.scope = "row";
      if (column.number) cell.classList.add("number");
      if (column.wide) cell.classList.add("wide");
      column.draw(row, cell);
      line.append(cell);
    });
    return line;
  }
};
