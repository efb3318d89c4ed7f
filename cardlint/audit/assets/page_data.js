"use strict";
// What is embedded in the page, as the tables ask for it. Text becomes text nodes, never markup.
cardlint.KINDS = ["model", "dataset", "space"];
cardlint.OUTCOMES = ["audited", "skipped", "failed", "pending"];
cardlint.OUTCOME_WORDS = ["Audited", "Skipped", "Failed", "Not reached"];
cardlint.ACCESS = ["open", "gated", "private", "untold"];
cardlint.SEVERITIES = ["error", "warning", "note"];

cardlint.read = () => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const { repositories, findings, rules, run } = data;
  const text = (at) => (at < 0 ? "" : data.texts[at]);
  const days = (from, to) => Math.round((Date.parse(to) - Date.parse(from)) / 86400000);

  // Of each rule the repositories it found something that counts in.
  let byRule = null;
  const withRule = (rule) => {
    if (byRule === null) {
      byRule = rules.id.map(() => new Set());
      repositories.name.forEach((_, at) => {
        const end = repositories.first[at] + repositories.shown[at];
        for (let it = repositories.first[at]; it < end; it += 1) if (!findings.suppressed[it]) byRule[findings.rule[it]].add(at);
      });
    }
    return byRule[rule];
  };

  // An address on the Hub at the audited commit; null where the name is not one of the Hub or nothing is known of where that is.
  const ID = /^hf:\/\/((?:datasets|spaces)\/)?([A-Za-z0-9_.-]+(?:\/[A-Za-z0-9_.-]+)?)$/;
  const address = (at, path = "", line = 0) => {
    const named = ID.exec(repositories.name[at]);
    if (!named || !run.hub || named[2].split("/").some((step) => /^\.+$/.test(step))) return null;
    const revision = repositories.revision[at];
    const base = `${run.hub}/${named[1] ?? ""}${named[2]}`;
    if (!/^[0-9a-f]{40,64}$/.test(revision ?? "")) return base;
    const steps = path.split("/");
    if (!path || steps.some((step) => step === "" || /^\.+$/.test(step) || /[\\\u0000-\u001f]/.test(step))) return `${base}/tree/${revision}`;
    return `${base}/blob/${revision}/${steps.map(encodeURIComponent).join("/")}${line ? `#L${line}` : ""}`;
  };

  // The finding whose fingerprint begins so, in that repository or in any.
  const find = (fingerprint, at) => {
    if (!/^[0-9a-f]{16,}$/.test(fingerprint)) return null;
    const wanted = fingerprint.slice(0, 16);
    for (const one of at === null ? repositories.name.keys() : [at]) {
      const end = repositories.first[one] + repositories.shown[one];
      for (let it = repositories.first[one]; it < end; it += 1) if (findings.fingerprint[it] === wanted) return { repository: one, finding: it };
    }
    return null;
  };

  const open = (at) => repositories.error[at] + repositories.warning[at] + repositories.note[at];
  return { ...data, text, days, withRule, address, find, open };
};

cardlint.link = (address, label, className = "") => {
  const link = cardlint.make("a", className, label);
  link.href = address;
  link.rel = "noopener noreferrer";
  return link;
};
