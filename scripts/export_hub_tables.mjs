// Exports the lists of the Hub that `refresh_vocabularies.py` reads, as JSON files.
//
//   node scripts/export_hub_tables.mjs NPM_PREFIX HUB_DATA_DIR [repositories-licenses.md COMMIT]
//
// NPM_PREFIX is a folder into which @huggingface/tasks and @huggingface/languages were installed; the two
// last arguments are the licence page of hub-docs and the commit it was taken from.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const [prefix, folder, page, commit] = process.argv.slice(2);
if (!folder || (page && !commit)) {
  console.error("usage: export_hub_tables.mjs NPM_PREFIX HUB_DATA_DIR [repositories-licenses.md COMMIT]");
  process.exit(2);
}

const modules = resolve(prefix, "node_modules");
const load = createRequire(join(modules, "entry.js"));

function provenance(name) {
  const { version, license } = JSON.parse(readFileSync(join(modules, name, "package.json"), "utf8"));
  return { source: `npm:${name}`, version, licence: license };
}

function save(name, _source, content) {
  writeFileSync(join(folder, `${name}.json`), JSON.stringify({ _source, ...content }, null, 1) + "\n");
}

function exportTasks() {
  const tasks = load("@huggingface/tasks");
  const source = provenance("@huggingface/tasks");
  const libraries = {};
  for (const [key, entry] of Object.entries(tasks.MODEL_LIBRARIES_UI_ELEMENTS)) {
    const { prettyLabel, filter, countDownloads } = entry;
    libraries[key] = { prettyLabel, filter, countDownloads, tasks: tasks.LIBRARY_TASK_MAPPING[key] };
  }
  const shown = {};
  for (const [key, entry] of Object.entries(tasks.TASKS_DATA)) {
    if (entry) shown[key] = { metrics: entry.metrics };
  }
  const metrics = Object.values(shown).flatMap((entry) => (entry.metrics ?? []).map((metric) => metric.id));
  save("pipeline_tags", source, { pipeline_types: tasks.PIPELINE_TYPES, pipeline_data: tasks.PIPELINE_DATA });
  save("model_libraries", source, { libraries });
  save("dataset_libraries", source, { libraries: tasks.DATASET_LIBRARIES_UI_ELEMENTS });
  save("evaluation_frameworks", source, { frameworks: tasks.EVALUATION_FRAMEWORKS });
  save("task_metrics", source, { tasks: shown, distinct_metric_ids: [...new Set(metrics)].sort() });
}

function exportLanguages() {
  const { LANGUAGES_ISO_639_1, LANGUAGES_ISO_639_3 } = load("@huggingface/languages");
  const lists = { iso_639_1: LANGUAGES_ISO_639_1, iso_639_3: LANGUAGES_ISO_639_3 };
  save("languages", provenance("@huggingface/languages"), lists);
}

// A row of the page's table reads: | Full name | `identifier` | <!-- address --> |
function exportLicenses() {
  const lines = readFileSync(page, "utf8").split("region licenses")[1].split("\n");
  const end = lines.findIndex((line) => line.includes("endregion"));
  const cells = lines.slice(0, end).map((line) => line.split("|").map((cell) => cell.trim()));
  const licenses = cells
    .filter((row) => row.length > 3 && row[2].startsWith("`"))
    .map((row) => ({ id: row[2].replaceAll("`", ""), name: row[1].replaceAll("\\*", "*") }));
  const source = { source: "github:huggingface/hub-docs docs/hub/repositories-licenses.md", commit };
  save("licenses", { ...source, licence: "Apache-2.0" }, { licenses });
}

mkdirSync(folder, { recursive: true });
exportTasks();
exportLanguages();
if (page) exportLicenses();
