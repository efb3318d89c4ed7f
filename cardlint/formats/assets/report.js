"use strict";
// Filters, groups and folds the findings of a report, which are there without it. Text becomes text nodes, never markup.
(() => {
  const { make, number, themes, printing } = cardlint;

  // "Why it matters" leads to the rule below; with script it unfolds in place.
  function reasons() {
    document.addEventListener("click", (event) => {
      const link = event.target.closest("a.why");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      const matters = document.getElementById(link.hash.slice(1))?.querySelector(".matters");
      if (!matters) return;
      event.preventDefault();
      toggle(link, matters);
    });
    for (const link of document.querySelectorAll("a.why")) {
      link.setAttribute("role", "button");
      link.setAttribute("aria-expanded", "false");
    }
    document.addEventListener("keydown", (event) => {
      if (event.key !== " " || !event.target.matches("a.why")) return;
      event.preventDefault();
      event.target.click();
    });
  }

  function toggle(link, matters) {
    const foot = link.closest(".foot");
    const open = link.getAttribute("aria-expanded") === "true";
    if (open) foot.nextElementSibling.remove();
    else foot.after(matters.cloneNode(true));
    link.setAttribute("aria-expanded", String(!open));
  }

  // The element the address names; ids of ours need no decoding, and what does names none.
  const named = () => (location.hash.length > 1 ? document.getElementById(location.hash.slice(1)) : null);

  // Opens whatever is folded around the place the address names.
  function reveal() {
    const target = named();
    if (!target) return;
    for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    target.scrollIntoView({ block: "start" });
    if (!target.hasAttribute("tabindex")) target.tabIndex = -1;
    target.focus({ preventScroll: true });
  }

  const ORDERS = {
    place: { key: (entry) => entry.path, title: (entry) => entry.path, name: "name" },
    severity: {
      key: (entry) => entry.severity,
      title: (entry) => ({ error: "Errors", warning: "Warnings", note: "Notes" })[entry.severity],
      rank: (entry) => ["error", "warning", "note"].indexOf(entry.severity),
    },
    rule: { key: (entry) => entry.rule, title: (entry, titles) => titles.get(entry.rule) ?? entry.rule },
  };

  class Findings {
    constructor(form, data) {
      this.form = form;
      this.titles = new Map(Object.entries(data.rules));
      this.order = "place";
      this.sections = [...document.querySelectorAll("main > .repository")].map((section, index) => ({
        section,
        groups: section.querySelector(".groups"),
        entries: data.targets[index].findings.map((row, position) => ({
          ...row,
          position,
          element: document.getElementById(row.id),
          words: [row.rule, row.message, row.subject, row.path, this.titles.get(row.rule) ?? ""].join("\n").toLowerCase(),
        })),
      }));
    }

    wanted() {
      const boxes = [...this.form.querySelectorAll("input[name=severity]")];
      return {
        severities: boxes.filter((box) => box.checked).map((box) => box.value),
        all: boxes.every((box) => box.checked),
        rule: this.form.querySelector("#rule").value,
        text: this.form.querySelector("#text").value.trim(),
        order: this.form.querySelector("#order").value,
      };
    }

    apply() {
      const wanted = this.wanted();
      const words = wanted.text.toLowerCase().split(/\s+/).filter(Boolean);
      const fits = (entry) =>
        wanted.severities.includes(entry.severity) &&
        (!wanted.rule || entry.rule === wanted.rule) &&
        words.every((word) => entry.words.includes(word));
      const filtered = !wanted.all || wanted.rule !== "" || words.length > 0;
      const total = { open: 0, shown: 0, suppressed: 0, suppressedShown: 0 };
      for (const item of this.sections) {
        if (wanted.order !== this.order) this.regroup(item, wanted.order);
        this.filter(item, fits, filtered, total);
      }
      this.order = wanted.order;
      this.tell(total);
    }

    filter(item, fits, filtered, total) {
      let any = false;
      for (const entry of item.entries) {
        const fit = fits(entry);
        entry.element.hidden = !fit;
        any ||= fit;
        total[entry.suppressed ? "suppressed" : "open"] += 1;
        total[entry.suppressed ? "suppressedShown" : "shown"] += fit;
      }
      for (const group of item.section.querySelectorAll(".group, .suppressed")) {
        const there = [...group.querySelectorAll(":scope > .finding")].filter((finding) => !finding.hidden).length;
        group.hidden = there === 0;
        const badge = group.querySelector(".badge");
        if (badge) badge.textContent = number(there);
      }
      item.section.hidden = filtered && !any;
    }

    regroup({ groups, entries }, name) {
      const order = ORDERS[name];
      const found = new Map();
      for (const entry of entries.filter((item) => !item.suppressed)) {
        const key = order.key(entry);
        if (!found.has(key)) found.set(key, []);
        found.get(key).push(entry);
      }
      let parts = [...found.values()];
      if (order.rank) parts.sort((one, other) => order.rank(one[0]) - order.rank(other[0]));
      else if (name === "rule") parts.sort((one, other) => (one[0].rule < other[0].rule ? -1 : 1));
      groups.replaceChildren(...parts.map((part) => this.group(part, order)));
    }

    group(entries, order) {
      const title = document.createElement("h3");
      title.append(make("span", order.name ?? "", order.title(entries[0], this.titles)), " ", make("span", "badge", ""));
      const group = make("div", "group", "");
      group.append(title, ...entries.map((entry) => entry.element));
      return group;
    }

    tell(total) {
      const parts = [`${number(total.shown)} of ${number(total.open)} findings shown`];
      if (total.suppressed) parts.push(`${number(total.suppressedShown)} of ${number(total.suppressed)} suppressed`);
      this.form.querySelector("#status").textContent = parts.join(", ");
    }

    // The filter stands in the address as `#?severity=error&rule=…`, so that a view can be reloaded and passed on.
    keep() {
      const wanted = this.wanted();
      const said = new URLSearchParams();
      if (!wanted.all) said.set("severity", wanted.severities.join(","));
      for (const name of ["rule", "text"]) if (wanted[name]) said.set(name, wanted[name]);
      if (wanted.order !== "place") said.set("order", wanted.order);
      history.replaceState(null, "", said.size ? `#?${said}` : location.href.split("#")[0]);
    }

    recall() {
      if (!location.hash.startsWith("#?")) return;
      const said = new URLSearchParams(location.hash.slice(2));
      const severities = said.get("severity")?.split(",");
      for (const box of this.form.querySelectorAll("input[name=severity]")) box.checked = !severities || severities.includes(box.value);
      for (const name of ["rule", "order"]) {
        const select = this.form.querySelector(`#${name}`);
        const value = said.get(name);
        select.selectedIndex = Math.max(0, [...select.options].findIndex((option) => option.value === value));
      }
      this.form.querySelector("#text").value = said.get("text") ?? "";
      this.apply();
    }

    // A link to a finding wins over a filter that hides it.
    show() {
      if (named()?.closest("[hidden]")) {
        this.form.reset();
        this.apply();
      }
    }

    start() {
      let waiting;
      this.form.addEventListener("input", (event) => {
        clearTimeout(waiting);
        waiting = setTimeout(() => this.apply(), event.target.id === "text" ? 120 : 0);
      });
      this.form.addEventListener("change", () => this.keep());
      this.form.addEventListener("submit", (event) => event.preventDefault());
      this.form.addEventListener("reset", () =>
        setTimeout(() => {
          this.apply();
          this.keep();
        }),
      );
      this.form.hidden = false;
      this.apply();
      this.recall();
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    themes();
    reasons();
    printing();
    const form = document.getElementById("controls");
    const findings = form && new Findings(form, JSON.parse(document.getElementById("data").textContent));
    findings?.start();
    const arrive = () => {
      findings?.recall();
      findings?.show();
      reveal();
    };
    addEventListener("hashchange", arrive);
    arrive();
  });
})();
