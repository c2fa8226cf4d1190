// Probe: notes when rows are painted, in ms since 1970 by the machine's clock, which the broker shares. It knows the page and the
// page that only parses and paints by the same marks: `.row[data-id]`, its states as classes, `#tab-open .n`.
(() => {
  const bench = { seen: {}, pending: {}, confirmed: {}, keys: [], first: null, whole: null, wanted: Infinity };
  window.bench = bench;
  const channel = new MessageChannel();
  let waiting = [];
  let due = false;
  channel.port1.onmessage = () => {
    const now = Date.now();
    const notes = waiting;
    waiting = [];
    due = false;
    for (const note of notes) note(now);
  };
  // A task after a frame: what was changed before it is painted then.
  const painted = (note) => {
    waiting.push(note);
    if (due) return;
    due = true;
    requestAnimationFrame(() => channel.port2.postMessage(null));
  };
  const take = (row) => {
    const { id } = row.dataset;
    if (!(id in bench.seen)) {
      bench.seen[id] = null;
      painted((now) => (bench.seen[id] = now));
    }
    const { classList } = row;
    if (classList.contains("pending") && !(id in bench.pending)) {
      bench.pending[id] = null;
      painted((now) => (bench.pending[id] = now));
    }
    if (classList.contains("acknowledged") && !classList.contains("pending") && !(id in bench.confirmed)) {
      bench.confirmed[id] = null;
      painted((now) => (bench.confirmed[id] = now));
    }
  };
  const whole = () => {
    const n = document.querySelector("#tab-open .n");
    return n !== null && Number(n.textContent.replace(/\D/g, "") || "0") >= bench.wanted;
  };
  new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === "attributes") {
        if (change.target.matches(".row[data-id]")) take(change.target);
        continue;
      }
      for (const node of change.addedNodes) {
        if (!(node instanceof Element)) continue;
        if (node.matches(".row[data-id]")) take(node);
        node.querySelectorAll(".row[data-id]").forEach(take);
      }
    }
    if (bench.first === null && document.querySelector(".row[data-id]") !== null) {
      bench.first = 0;
      painted((now) => (bench.first = now - performance.timeOrigin));
    }
    if (bench.whole === null && whole()) {
      bench.whole = 0;
      painted((now) => (bench.whole = now - performance.timeOrigin));
    }
  }).observe(document, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ["class"] });
  addEventListener("keydown", (event) => bench.keys.push([event.key, Date.now() - (performance.now() - event.timeStamp)]), true);
})();
