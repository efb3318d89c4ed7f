"use strict";
// Ties the page together. What is filtered, sorted and open stands in the address as `#text=…&severity=…&repository=…&finding=…`.
document.addEventListener("DOMContentLoaded", () => {
  const { make, number } = cardlint;
  cardlint.themes();
  cardlint.printing();
  const data = cardlint.read();
  const { rules, owners, repositories, text } = data;
  const form = document.getElementById("repositories-form");
  const notice = document.getElementById("notice");
  let opened = null;

  const options = (key, values) => {
    const within = document.querySelector(key);
    for (const [value, title] of values) {
      const option = make("option", "", title);
      option.value = value;
      within.append(option);
    }
  };
  const sorted = (values) => values.sort((one, other) => (one[1].toLowerCase() < other[1].toLowerCase() ? -1 : 1));
  options(
    "#repositories-form [data-key=owner]",
    sorted(owners.name.map((name) => (name === null ? ["=", "No owner"] : [`=${name}`, name]))),
  );
  const inUse = rules.id.map((_, at) => at).filter((at) => rules.anywhere[at]);
  options("#repositories-form [data-key=rule]", sorted(inUse.map((at) => [rules.id[at], `${rules.title[at]} (${number(rules.anywhere[at])})`])));
  options("#rules-form [data-key=category]", sorted([...new Set(rules.category)].filter(Boolean).map((name) => [name, name])));

  const view = () => document.querySelector("#views input:checked")?.value ?? "all";
  const views = (key) => {
    const boxes = [...document.querySelectorAll("#views input")];
    const chosen = boxes.find((box) => box.value === key) ?? boxes[0];
    if (!chosen) return;
    chosen.checked = true;
    for (const part of document.querySelectorAll(".view")) part.hidden = part.dataset.view !== chosen.value;
  };

  const said = () => {
    const words = new URLSearchParams();
    if (view() !== "all") words.set("view", view());
    for (const table of Object.values(tables)) table.write(words);
    if (opened) for (const [key, value] of Object.entries(opened)) words.set(key, value);
    return words;
  };
  const keep = (push = false) => {
    const words = said();
    const address = words.size ? `#${words}` : location.href.split("#")[0];
    history[push ? "pushState" : "replaceState"](null, "", address);
  };

  const narrow = (key, value) => {
    form.reset();
    // The reset is told to the table later, when it would undo what is set here.
    setTimeout(() => {
      tables.repositories.set(key, value);
      tables.repositories.refresh();
      const heading = document.getElementById("repositories");
      heading.scrollIntoView({ block: "start" });
      heading.focus({ preventScroll: true });
    });
  };
  const detail = cardlint.detail(data, {
    closed: () => {
      opened = null;
      keep();
    },
  });
  const tables = cardlint.tables(data, {
    changed: keep,
    showRule: (row) => narrow("rule", rules.id[row]),
    showOwner: (row) => narrow("owner", owners.name[row] === null ? "=" : `=${owners.name[row]}`),
    showRepository: (row) => {
      opened = { repository: repositories.name[row] };
      keep(true);
      detail.show(row);
    },
  });

  const tell = (words) => {
    notice.textContent = words;
    notice.hidden = !words;
  };

  // What the address opens; a fingerprint alone is looked for everywhere.
  function open(words) {
    const [name, fingerprint] = [words.get("repository"), words.get("finding")];
    tell("");
    if (name === null && fingerprint === null) return detail.hide();
    const at = name === null ? null : repositories.name.indexOf(name);
    const found = fingerprint === null || at === -1 ? null : data.find(fingerprint, at);
    if (at === -1 || (at === null && !found)) {
      detail.hide();
      return tell("What the address names is not on this page: it may be fixed, gone, or of another audit.");
    }
    opened = { repository: repositories.name[found?.repository ?? at] };
    if (found) opened.finding = data.findings.fingerprint[found.finding];
    else if (fingerprint !== null) tell("The finding the address names is not on this page: it may be fixed.");
    return detail.show(found?.repository ?? at, found?.finding ?? null);
  }

  const anchor = () => (location.hash.length > 1 && !location.hash.includes("=") ? document.getElementById(location.hash.slice(1)) : null);
  function arrive() {
    const there = anchor();
    if (there) {
      there.focus({ preventScroll: true });
      return;
    }
    const words = new URLSearchParams(location.hash.slice(1));
    views(words.get("view") ?? "all");
    for (const table of Object.values(tables)) table.recall(words);
    open(words);
  }

  // A jump to a section leaves what the address says of the view.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("nav a[href^='#'], a.skip");
    if (!link || !said().size) return;
    event.preventDefault();
    const there = document.getElementById(link.hash.slice(1));
    there.scrollIntoView({ block: "start" });
    there.focus({ preventScroll: true });
  });

  const switches = document.getElementById("views");
  if (switches) {
    switches.hidden = false;
    switches.addEventListener("change", () => {
      views(view());
      keep();
    });
  }
  const copy = document.getElementById("copy");
  if (navigator.clipboard) {
    copy.hidden = false;
    copy.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(document.getElementById("command").textContent);
        copy.textContent = "Copied";
      } catch {
        copy.textContent = "Not allowed";
      }
    });
  }
  for (const table of Object.values(tables)) table.apply();
  addEventListener("hashchange", arrive);
  addEventListener("popstate", arrive);
  arrive();
});
