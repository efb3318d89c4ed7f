"use strict";
// The three tables: what their columns say, and what their filters let through.
cardlint.tables = (data, { showRule, showOwner, showRepository, changed }) => {
  const { Table, make, number, SEVERITIES, OUTCOMES, OUTCOME_WORDS, KINDS, ACCESS } = cardlint;
  const { rules, owners, repositories, text } = data;

  const count = (of, key, title, more = {}) => ({
    key,
    title,
    number: true,
    value: (row) => of[key][row],
    draw: (row, cell) => {
      cell.textContent = of[key][row] < 0 ? "not known" : number(of[key][row]);
      cell.classList.add(of[key][row] > 0 ? key : "none");
    },
    ...more,
  });
  // A button that reads as a link: it changes the view, not the page.
  const action = (label, className, act) => {
    const button = make("button", `plain ${className}`, label);
    button.type = "button";
    button.addEventListener("click", act);
    return button;
  };
  const words = (value) => value.toLowerCase().split(/\s+/).filter(Boolean);
  const all = (tests) => {
    const real = tests.filter(Boolean);
    return real.length ? (row) => real.every((test) => test(row)) : null;
  };
  const searched = (wanted, said) => {
    const asked = words(wanted);
    return asked.length ? (row) => asked.every((word) => said(row).includes(word)) : null;
  };

  const most = Math.max(1, ...rules.affected.map((affected, row) => affected / Math.max(1, rules.looked[row])));
  const proportion = (part, whole) => {
    const meter = make("span", "meter", "");
    const fill = make("span", "", "");
    fill.style.inlineSize = `${(100 * part) / Math.max(1, whole) / most}%`;
    meter.setAttribute("aria-hidden", "true");
    meter.append(fill);
    return meter;
  };
  const gravest = (row) => SEVERITIES.find((severity) => rules[severity][row] > 0) ?? "none";

  const ruleTable = new Table("rules", {
    count: rules.id.length,
    order: ["affected", true],
    noun: (shown, total) => `${number(shown)} of ${number(total)} rules shown`,
    changed,
    columns: [
      {
        key: "title",
        title: "Rule",
        value: (row) => rules.title[row].toLowerCase(),
        draw: (row, cell) => {
          cell.className = `severity-${gravest(row)}`;
          cell.append(action(rules.title[row], "title", () => showRule(row)));
          const about = make("span", "under", "");
          about.append(make("code", "", rules.id[row]));
          if (rules.url[row]) {
            const page = cardlint.link(rules.url[row], "Explained");
            page.append(make("span", "unseen", `: ${rules.title[row]}`));
            about.append(" ", page);
          }
          cell.append(about);
        },
      },
      count(rules, "error", "Errors"),
      count(rules, "warning", "Warnings", { wide: true }),
      count(rules, "note", "Notes", { wide: true }),
      {
        key: "affected",
        title: "Repositories",
        number: true,
        value: (row) => rules.affected[row],
        draw: (row, cell) => {
          cell.append(make("span", "part", number(rules.affected[row])), " ", make("span", "of", `of ${number(rules.looked[row])}`));
          cell.append(proportion(rules.affected[row], rules.looked[row]));
        },
      },
      count(rules, "new", "New", { wide: true }),
      {
        key: "fix",
        title: "Can be fixed",
        number: true,
        wide: true,
        value: (row) => rules.safe[row] + rules.unsafe[row],
        draw: (row, cell) => {
          const fixes = rules.safe[row] + rules.unsafe[row];
          cell.textContent = number(fixes);
          cell.classList.add(fixes ? "fix" : "none");
        },
      },
    ],
    fits: (wanted) =>
      all([
        wanted.severity === "any" ? null : wanted.severity ? (row) => rules[wanted.severity]?.[row] > 0 : (row) => gravest(row) !== "none",
        wanted.category && ((row) => rules.category[row] === wanted.category),
        searched(wanted.text, (row) => `${rules.id[row]}\n${rules.title[row]}\n${rules.category[row]}`.toLowerCase()),
      ]),
  });

  const ownerName = (row) => owners.name[row] ?? "No owner";
  const ownerTable = new Table("owners", {
    count: owners.name.length,
    order: ["error", true],
    noun: (shown, total) => `${number(shown)} of ${number(total)} ${owners.name.includes(null) ? "rows (owners, and what nobody owns)" : "owners"} shown`,
    changed,
    columns: [
      {
        key: "name",
        title: "Owner",
        value: (row) => (owners.name[row] === null ? "" : owners.name[row].toLowerCase()),
        draw: (row, cell) => {
          if (owners.name[row] === null) cell.classList.add("unowned");
          cell.append(action(ownerName(row), "title", () => showOwner(row)));
        },
      },
      count(owners, "repositories", "Repositories"),
      {
        key: "erring",
        title: "With errors",
        number: true,
        wide: true,
        value: (row) => owners.erring[row] / Math.max(1, owners.audited[row]),
        draw: (row, cell) => {
          cell.append(make("span", "part", number(owners.erring[row])), " ", make("span", "of", `of ${number(owners.audited[row])} audited`));
        },
      },
      count(owners, "error", "Errors"),
      count(owners, "warning", "Warnings", { wide: true }),
      count(owners, "note", "Notes", { wide: true }),
      count(owners, "new", "New", { wide: true }),
      count(owners, "downloads", "Downloads", { wide: true }),
    ],
    fits: (wanted) => searched(wanted.text, (row) => ownerName(row).toLowerCase()),
  });

  const said = repositories.name.map(
    (name, row) => `${name}\n${text(repositories.owner[row])}\n${text(repositories.license[row])}`.toLowerCase(),
  );
  const found = {
    new: (row) => repositories.new[row] > 0,
    fix: (row) => repositories.safe[row] + repositories.unsafe[row] > 0,
    suppressed: (row) => repositories.suppressed[row] > 0,
    clean: (row) => repositories.outcome[row] === 0 && !repositories.gaps[row] && !data.open(row),
  };
  for (const severity of SEVERITIES) found[severity] = (row) => repositories[severity][row] > 0;
  const outcomes = { gaps: (row) => repositories.gaps[row] > 0 };
  OUTCOMES.forEach((name, at) => {
    outcomes[name] = (row) => repositories.outcome[row] === at;
  });
  const state = (row) => (repositories.outcome[row] === 0 && repositories.gaps[row] ? "Audited, with gaps" : OUTCOME_WORDS[repositories.outcome[row]]);

  const repositoryTable = new Table("repositories", {
    count: repositories.name.length,
    order: ["error", true],
    noun: (shown, total) => `${number(shown)} of ${number(total)} repositories shown`,
    changed,
    columns: [
      {
        key: "name",
        title: "Repository",
        value: (row) => repositories.name[row],
        draw: (row, cell) => {
          const link = make("a", "title", repositories.name[row].replace(/^hf:\/\//, ""));
          link.href = `#repository=${encodeURIComponent(repositories.name[row])}`;
          link.addEventListener("click", (event) => {
            if (event.ctrlKey || event.metaKey || event.shiftKey) return;
            event.preventDefault();
            showRepository(row);
          });
          cell.append(link, make("span", "under", `${KINDS[repositories.kind[row]]}${repositories.access[row] === 3 ? "" : `, ${ACCESS[repositories.access[row]]}`}`));
        },
      },
      {
        key: "owner",
        title: "Owner",
        wide: true,
        value: (row) => text(repositories.owner[row]).toLowerCase() || "\uffff",
        draw: (row, cell) => {
          cell.append(make("span", "clamp", text(repositories.owner[row]) || "no owner"));
          cell.classList.add(repositories.owner[row] < 0 ? "none" : "long");
        },
      },
      {
        key: "outcome",
        title: "Outcome",
        wide: true,
        value: (row) => repositories.outcome[row] + (repositories.gaps[row] ? 0.5 : 0),
        draw: (row, cell) => cell.append(make("span", `state ${OUTCOMES[repositories.outcome[row]]}`, state(row))),
      },
      count(repositories, "error", "Errors"),
      count(repositories, "warning", "Warnings"),
      count(repositories, "note", "Notes"),
      count(repositories, "new", "New", { wide: true }),
      count(repositories, "downloads", "Downloads", { wide: true }),
      {
        key: "license",
        title: "Licence",
        wide: true,
        value: (row) => text(repositories.license[row]).toLowerCase(),
        draw: (row, cell) => {
          cell.append(make("span", "clamp", text(repositories.license[row]) || "none stated"));
          cell.classList.add(repositories.license[row] < 0 ? "none" : "long");
        },
      },
    ],
    fits: (wanted) => {
      const rule = rules.id.indexOf(wanted.rule);
      const within = rule < 0 ? null : data.withRule(rule);
      return all([
        Object.hasOwn(found, wanted.severity) && found[wanted.severity],
        Object.hasOwn(outcomes, wanted.outcome) && outcomes[wanted.outcome],
        wanted.kind && ((row) => KINDS[repositories.kind[row]] === wanted.kind),
        wanted.access && ((row) => ACCESS[repositories.access[row]] === wanted.access),
        wanted.owner && ((row) => (wanted.owner === "=" ? repositories.owner[row] < 0 : `=${text(repositories.owner[row])}` === wanted.owner)),
        within && ((row) => within.has(row)),
        searched(wanted.text, (row) => said[row]),
      ]);
    },
  });
  return { rules: ruleTable, owners: ownerTable, repositories: repositoryTable };
};
