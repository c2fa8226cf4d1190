// Draws masks, zones, lines and calibration points on a camera's still. Coordinates are pixels of the camera's own picture.
"use strict";

const SVG = "http://www.w3.org/2000/svg";
const HINTS = {
  none: "Choose what to draw, or drag a white corner. Delete removes what is chosen.",
  mask: "Mask: click its corners; Enter or a double click closes it, Escape gives it up.",
  zone: "Zone: click its corners; Enter or a double click closes it, Escape gives it up.",
  line: "Line: click its two ends. Left and right are those of who stands at the first and looks at the second.",
  point: "Calibration point: click what you measured on the ground, and write its place (RD New, metres).",
};
const at = (id) => document.getElementById(id);
const board = at("board");
let camera = null;
let shapes = [];
let chosen = null;
let tool = "none";
let begun = [];
let dragged = null;

function element(name, attributes, parent) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  parent.append(made);
  return made;
}

function place(event) {
  const box = board.getBoundingClientRect();
  const inside = (value, most) => Math.round(Math.min(Math.max(value, 0), most));
  return [
    inside(((event.clientX - box.left) / box.width) * camera.width_px, camera.width_px),
    inside(((event.clientY - box.top) / box.height) * camera.height_px, camera.height_px),
  ];
}

function named(shape) {
  if (shape.kind === "zone") return `Zone ${shape.name || shape.id}`;
  if (shape.kind === "line") return `Line of zone ${shape.zone}`;
  const number = shapes.filter((each) => each.kind === shape.kind).indexOf(shape) + 1;
  return `${shape.kind === "mask" ? "Mask" : "Point"} ${number}`;
}

function show() {
  board.replaceChildren();
  element("image", { href: "still.jpg", width: camera.width_px, height: camera.height_px, preserveAspectRatio: "none" }, board);
  const size = camera.width_px / 120;
  for (const shape of shapes) {
    const kind = `shape ${shape.kind}${shape === chosen ? " chosen" : ""}`;
    if (shape.kind === "point") element("circle", { class: kind, cx: shape.points[0][0], cy: shape.points[0][1], r: size }, board);
    else element(shape.kind === "line" ? "polyline" : "polygon", { class: kind, points: shape.points.join(" ") }, board);
    if (shape !== chosen) continue;
    shape.points.forEach(([x, y], number) => {
      const corner = element("circle", { class: "corner", cx: x, cy: y, r: size * 0.8, "data-corner": number }, board);
      corner.addEventListener("pointerdown", (event) => {
        event.stopPropagation();
        dragged = number;
        board.setPointerCapture(event.pointerId);
      });
    });
  }
  if (begun.length) element("polyline", { class: "shape line", points: begun.join(" ") }, board);
  for (const button of document.querySelectorAll("[data-tool]")) button.setAttribute("aria-pressed", String(button.dataset.tool === tool));
  at("hint").textContent = HINTS[tool] + (camera.sharp ? "" : " All of the picture is a mosaic, so that nobody can be known.");
  list();
}

function list() {
  at("list").replaceChildren();
  for (const shape of shapes) {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = named(shape);
    button.setAttribute("aria-pressed", String(shape === chosen));
    button.addEventListener("click", () => choose(shape));
    item.append(button);
    at("list").append(item);
  }
}

function field(label, value, change, kind = "text") {
  const row = document.createElement("label");
  const input = document.createElement("input");
  row.append(label);
  input.type = kind;
  if (kind === "number") input.step = "any";
  input.value = value;
  input.addEventListener("input", () => change(input));
  row.append(input);
  at("fields").append(row);
}

function choose(shape) {
  chosen = shape;
  at("fields").replaceChildren();
  if (shape?.kind === "zone") {
    field("Id", shape.id, (input) => {
      for (const line of shapes) if (line.kind === "line" && line.zone === shape.id) line.zone = input.value;
      shape.id = input.value;
      list();
    });
    field("Name", shape.name, (input) => { shape.name = input.value; list(); });
  } else if (shape?.kind === "point") {
    field("x in metres (RD New)", shape.x_m, (input) => { shape.x_m = input.valueAsNumber; }, "number");
    field("y in metres (RD New)", shape.y_m, (input) => { shape.y_m = input.valueAsNumber; }, "number");
  } else if (shape?.kind === "line") {
    const row = document.createElement("label");
    const select = document.createElement("select");
    row.append("Forbidden");
    for (const way of ["left_to_right", "right_to_left"]) select.add(new Option(way.replaceAll("_", " "), way));
    select.value = shape.forbidden;
    select.addEventListener("change", () => { shape.forbidden = select.value; });
    row.append(select);
    at("fields").append(row);
  }
  show();
}

function take(name) {
  tool = name;
  begun = [];
  show();
}

function add(shape) {
  shapes.push(shape);
  tool = "none";
  begun = [];
  choose(shape);
}

function newId() {
  let number = 1;
  while (shapes.some((each) => each.kind === "zone" && each.id === `zone-${number}`)) number += 1;
  return `zone-${number}`;
}

function close() {
  const points = begun.filter(([x, y], n) => n === 0 || x !== begun[n - 1][0] || y !== begun[n - 1][1]);
  if (points.length < 3) return;
  if (tool === "mask") add({ kind: "mask", points });
  if (tool === "zone") { const id = newId(); add({ kind: "zone", points, id, name: id }); }
}

board.addEventListener("click", (event) => {
  if (tool === "none") return;
  const point = place(event);
  if (tool === "point") { add({ kind: "point", points: [point], x_m: "", y_m: "" }); return; }
  begun.push(point);
  if (tool === "line" && begun.length === 2) {
    const zone = chosen?.kind === "line" ? chosen.zone : chosen?.id;
    shapes = shapes.filter((each) => each.kind !== "line" || each.zone !== zone);
    add({ kind: "line", points: begun, zone, forbidden: "left_to_right" });
    return;
  }
  show();
});
board.addEventListener("dblclick", close);
board.addEventListener("pointermove", (event) => {
  if (dragged === null) return;
  chosen.points[dragged] = place(event);
  show();
});
board.addEventListener("pointerup", () => { dragged = null; });
document.addEventListener("keydown", (event) => {
  if (event.target.closest("input, select")) return;
  if (event.key === "Enter" && begun.length) { event.preventDefault(); close(); }
  if (event.key === "Escape") take("none");
  if (event.key === "Delete") remove();
});

function remove() {
  shapes = shapes.filter((each) => each !== chosen && !(each.kind === "line" && chosen?.kind === "zone" && each.zone === chosen.id));
  choose(null);
}

function drawn() {
  const of = (kind) => shapes.filter((each) => each.kind === kind);
  return {
    masks: of("mask").map((each) => each.points),
    zones: of("zone").map(({ id, name, points }) => {
      const line = of("line").find((each) => each.zone === id);
      return { id, name, polygon: points, line: line ? { points: line.points, forbidden: line.forbidden } : null };
    }),
    points: of("point").map(({ points, x_m, y_m }) => ({ pixel: points[0], x_m, y_m })),
  };
}

async function save() {
  at("errors").replaceChildren();
  const told = [];
  try {
    const answer = await fetch("save", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(drawn()) });
    const content = await answer.json();
    if (answer.ok) {
      at("hint").textContent = `${content.saved} You can close this page.`;
      for (const button of document.querySelectorAll("button")) button.disabled = true;
      return;
    }
    told.push(...content.errors);
  } catch {
    told.push("Nobody answers: the command was ended. Nothing was saved.");
  }
  for (const line of told) {
    const item = document.createElement("li");
    item.textContent = line;
    at("errors").append(item);
  }
}

for (const button of document.querySelectorAll("[data-tool]")) {
  button.addEventListener("click", () => {
    if (button.dataset.tool === "line" && chosen?.kind !== "zone" && chosen?.kind !== "line") {
      at("hint").textContent = "Choose the zone first whose line it is to be.";
      return;
    }
    take(button.dataset.tool);
  });
}
at("remove").addEventListener("click", remove);
at("save").addEventListener("click", save);
at("fields").addEventListener("submit", (event) => event.preventDefault());

(async () => {
  camera = await (await fetch("camera.json")).json();
  document.title = `Draw ${camera.id}`;
  at("title").textContent = `${camera.id}: ${camera.name}`;
  board.setAttribute("viewBox", `0 0 ${camera.width_px} ${camera.height_px}`);
  shapes = [
    ...camera.shapes.masks.map((points) => ({ kind: "mask", points })),
    ...camera.shapes.zones.map(({ id, name, polygon }) => ({ kind: "zone", id, name, points: polygon })),
    ...camera.shapes.zones.filter(({ line }) => line).map(({ id, line }) => ({ kind: "line", zone: id, points: line.points, forbidden: line.forbidden })),
    ...camera.shapes.points.map(({ pixel, x_m, y_m }) => ({ kind: "point", points: [pixel], x_m, y_m })),
  ];
  show();
})();
