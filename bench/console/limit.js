// Limit: a page that only parses and paints: rows in order, thirty of them as text, once a frame. No states, no words of
// its own, no held order, no shared worker.
const rows = new Map();
let sorted = [];
let at = -1;
let due = false;
const pending = new Set();
const list = document.getElementById("alert-list");
const n = document.querySelector("#tab-open .n");
const text = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
const order = (a, b) => text(a.priority, b.priority) || b.score - a.score || text(a.opened_at, b.opened_at) || text(a.id, b.id);
function place(row) {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (order(sorted[middle], row) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
function put(row) {
  const before = rows.get(row.id);
  if (before !== undefined) sorted.splice(place(before), 1);
  rows.set(row.id, row);
  sorted.splice(place(row), 0, row);
}
function paint() {
  due = false;
  n.textContent = String(sorted.length);
  const first = Math.max(0, at - 10);
  list.replaceChildren(
    ...sorted.slice(first, first + 30).map((row) => {
      const line = document.createElement("div");
      line.className = `row ${row.state} ${pending.has(row.id) ? "pending" : ""}`;
      line.dataset.id = row.id;
      line.textContent = `${row.priority} ${row.what} ${row.where} ${row.verdict} ${row.reports} ${row.handled_by ?? ""}`;
      return line;
    }),
  );
}
function changed() {
  if (due) return;
  due = true;
  requestAnimationFrame(paint);
}
const stream = new EventSource("/stream");
stream.addEventListener("alert", (event) => {
  const row = JSON.parse(event.data);
  pending.delete(row.id);
  put(row);
  changed();
});
addEventListener("keydown", (event) => {
  if (event.key === "j") at += 1;
  if (event.key === "j") changed();
  if (event.key !== "a") return;
  const row = sorted[at];
  pending.add(row.id);
  changed();
  void fetch("/act", { method: "POST", body: JSON.stringify({ ...row, state: "acknowledged", handled_by: "jan" }) });
});
async function load() {
  const reader = (await fetch("/rows")).body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (let end = false; !end; ) {
    const { done, value } = await reader.read();
    end = done;
    const lines = (rest + (value ?? "")).split("\n");
    rest = done ? "" : lines.pop();
    for (const line of lines) {
      if (line === "") continue;
      const row = JSON.parse(line);
      rows.set(row.id, row);
      sorted.push(row);
    }
    changed();
  }
  sorted.sort(order);
  changed();
}
void load();
