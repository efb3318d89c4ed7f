"use strict";
// One repository with its findings, in a dialog.
cardlint.detail = (data, { closed }) => {
  const { make, link, number, SEVERITIES, KINDS, ACCESS, OUTCOME_WORDS } = cardlint;
  const { repositories, findings, rules, run, text } = data;
  const dialog = document.getElementById("detail");
  const title = document.getElementById("detail-title");
  const body = document.getElementById("detail-body");
  const LABELS = ["Error", "Warning", "Note"];
  const SUPPRESSED = ["", "in the repository", "by a waiver", "by the baseline"];
  const FIXES = ["", "Safe fix", "Fix to be looked at"];
  const ACCESS_WORDS = ["Open to everyone", "Gated", "Private", "Not known"];

  // What stands between backticks is code.
  const coded = (message) => message.split(/(`[^`]+`)/).map((part, at) => (at % 2 ? make("code", "", part.slice(1, -1)) : part));

  function fact(list, name, ...values) {
    const row = document.createElement("div");
    const value = document.createElement("dd");
    value.append(...values);
    row.append(make("dt", "", name), value);
    list.append(row);
  }

  function facts(at) {
    const list = make("dl", "facts", "");
    fact(list, "Kind", KINDS[repositories.kind[at]]);
    fact(list, "Owner", text(repositories.owner[at]) || "no owner");
    fact(list, "Licence", text(repositories.license[at]) || "none stated");
    fact(list, "Visibility", ACCESS_WORDS[repositories.access[at]]);
    if (repositories.downloads[at] >= 0) fact(list, "Downloads in 30 days", number(repositories.downloads[at]));
    if (repositories.modified[at]) fact(list, "Last change", repositories.modified[at]);
    const revision = repositories.revision[at];
    const address = data.address(at);
    if (revision) fact(list, "Audited commit", address ? link(address, revision.slice(0, 12), "code") : make("code", "", revision.slice(0, 12)));
    else if (address) fact(list, "Hub", link(address, "Open"));
    return list;
  }

  // What could not be looked at: of the whole, and by reason.
  function gaps(at) {
    const items = [];
    const outcome = repositories.outcome[at];
    if (outcome) items.push([OUTCOME_WORDS[outcome], text(repositories.reason[at]) || (outcome === 3 ? "the run has not come to it yet" : "no reason is noted")]);
    for (const [reason, count, failed, rule] of repositories.skips[at] || []) {
      const who = rule || `${number(count)} rules`;
      items.push([failed ? `${who} failed` : `${who} could not look`, text(reason)]);
    }
    for (const honoured of repositories.honoured[at] || []) items.push(["Obeyed from the repository", text(honoured)]);
    const list = make("ul", "gaps", "");
    for (const [what, why] of items) {
      const item = document.createElement("li");
      item.append(make("strong", "", what), `: ${why}`);
      list.append(item);
    }
    return items.length ? list : "";
  }

  function age(it) {
    const since = findings.since[it];
    if (since === run.id) return run.first ? "" : findings.back[it] ? "came back in this run" : "first seen in this run";
    const days = data.days(run.dates[since], run.date);
    return `there since ${run.dates[since]}, ${number(days)} ${days === 1 ? "day" : "days"}${findings.back[it] ? ", once gone before" : ""}`;
  }

  function place(at, it) {
    const path = text(findings.path[it]);
    const label = path ? `${path}${findings.line[it] ? `:${findings.line[it]}` : ""}` : "the repository";
    const address = data.address(at, path, findings.line[it]);
    return address ? link(address, label, "place") : make("span", "place", label);
  }

  function article(at, it) {
    const box = make("article", `finding ${SEVERITIES[findings.severity[it]]}`, "");
    box.id = `f-${it}`;
    box.tabIndex = -1;
    const top = make("p", "head", "");
    top.append(make("span", "severity", LABELS[findings.severity[it]]), " ", place(at, it));
    if (findings.since[it] === run.id && !run.first) top.append(" ", make("span", "new", findings.back[it] ? "came back" : "new"));
    if (findings.fix[it]) top.append(" ", make("span", "doubt", FIXES[findings.fix[it]]));
    const message = document.createElement("h4");
    message.append(...coded(text(findings.message[it])));
    box.append(top, message);
    if (findings.suppressed[it]) {
      const why = make("p", "reason", "");
      why.append(make("strong", "", `Suppressed ${SUPPRESSED[findings.suppressed[it]]}:`), ` ${text(findings.why[it])}`);
      box.append(why);
    }
    box.append(foot(at, it));
    return box;
  }

  function foot(at, it) {
    const rule = findings.rule[it];
    const line = make("p", "foot", "");
    line.append(rules.url[rule] ? link(rules.url[rule], rules.title[rule], "title") : make("span", "title", rules.title[rule]));
    line.append(" ", make("code", "", rules.id[rule]));
    const time = age(it);
    if (time) line.append(" ", make("span", "age", time));
    const own = make("a", "own", "Link to this");
    own.setAttribute("aria-label", `Link to this finding: ${text(findings.message[it]).slice(0, 80)}`);
    own.href = `#${new URLSearchParams({ repository: repositories.name[at], finding: findings.fingerprint[it] })}`;
    line.append(" ", own);
    return line;
  }

  function list(at) {
    const parts = [];
    const end = repositories.first[at] + repositories.shown[at];
    const all = Array.from({ length: repositories.shown[at] }, (_, step) => repositories.first[at] + step);
    const total = data.open(at) + repositories.suppressed[at];
    for (const [words, some, whole] of [
      ["Findings", all.filter((it) => !findings.suppressed[it]), data.open(at)],
      ["Suppressed", all.filter((it) => findings.suppressed[it]), repositories.suppressed[at]],
    ]) {
      if (!whole) continue;
      const heading = make("h3", "", `${words} `);
      heading.append(make("span", "badge", number(whole)));
      parts.push(heading, ...some.map((it) => article(at, it)));
    }
    if (total > repositories.shown[at]) {
      parts.push(make("p", "omission", `The page has room for ${number(end - repositories.first[at])} of ${number(total)}; the JSON report has all.`));
    }
    if (!total) {
      const whole = repositories.outcome[at] === 0 && !repositories.gaps[at];
      parts.push(make("p", "clean", whole ? "Nothing was found." : "Nothing was found in what could be examined."));
    }
    return parts;
  }

  function show(at, finding = null) {
    title.textContent = repositories.name[at].replace(/^hf:\/\//, "");
    body.replaceChildren(facts(at), gaps(at), ...list(at));
    if (!dialog.open) dialog.showModal();
    dialog.scrollTop = 0;
    const there = finding === null ? null : document.getElementById(`f-${finding}`);
    if (!there) return title.focus();
    there.classList.add("meant");
    there.scrollIntoView({ block: "start" });
    return there.focus({ preventScroll: true });
  }

  document.getElementById("detail-close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("close", closed);
  return { show, hide: () => dialog.open && dialog.close(), isOpen: () => dialog.open };
};
