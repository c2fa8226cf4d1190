/** Room map: a scene on a map of Leaflet, on one canvas; what does not change is not touched. No request goes outside. */

import "leaflet/dist/leaflet.css";
import L from "leaflet";
import { coloursNow, FONT, hatchOf, lineOf, paintAlert, paintCamera, paintGap, paintWord, TAG, type Colours } from "./paint.ts";
import { difference, middleOf, type LatLon, type Shape, type ZoneLevel } from "./scene.ts";
import { spread, type Spot } from "./spread.ts";

const TILES = "/tiles/{z}/{x}/{y}";
const BLINK_MS = 500;
/** From which zoom on words stand beside cameras and in zones: farther away they would lie over each other. */
const WORDS_FROM = 16;

/** How far a camera's sign reaches, and how far from it its word may stand (px). */
const CAMERA = 6;
const FARTHEST = 110;
const BESIDE: Spot = { dx: 9, dy: 0, leader: false };

/** What Leaflet's canvas offers its layers; it has no type of its own. */
type Drawn = { _renderer: { _drawing: boolean; _ctx: CanvasRenderingContext2D }; _point: L.Point; _pxBounds: L.Bounds; _empty(): boolean };
type Paint = (ctx: CanvasRenderingContext2D, at: L.Point) => unknown;

/** Sign: something of one size on the screen, painted by a function of its own. */
class Sign extends L.CircleMarker {
  constructor(
    at: LatLon,
    readonly paint: Paint,
    /** How far it reaches from its place (px). */
    readonly reach: readonly [number, number],
    options: L.CircleMarkerOptions,
  ) {
    super(at, options);
  }

  _updatePath(): void {
    const drawn = this as unknown as Drawn;
    if (drawn._renderer._drawing && !drawn._empty()) this.paint(drawn._renderer._ctx, drawn._point);
  }

  /** Paint it again over itself, without all that lies below: both faces of a tag cover the same square. */
  repaint(): void {
    const drawn = this as unknown as Drawn;
    if (!drawn._empty()) this.paint(drawn._renderer._ctx, drawn._point);
  }

  _updateBounds(): void {
    const drawn = this as unknown as Drawn;
    const [x, y] = this.reach;
    drawn._pxBounds = new L.Bounds(drawn._point.subtract([x, y]), drawn._point.add([x, y]));
  }
}

export interface Choices {
  /** Whether hands and keys move it; a small one only shows. */
  readonly moves: boolean;
  /** Whether all its words are shown however far away it is. */
  readonly worded: boolean;
  readonly words: { readonly zoomIn: string; readonly zoomOut: string };
  /** The key of a sign that a person pointed at. */
  readonly onchoose: (key: string) => void;
}

export class RoomMap {
  readonly #map: L.Map;
  readonly #choices: Choices;
  #layers = new Map<string, L.Path[]>();
  #signatures = new Map<string, string>();
  #shapes: readonly Shape[] = [];
  #colours: Colours = coloursNow();
  #hatches = new Map<ZoneLevel, CanvasPattern | null>();
  #tiles: L.TileLayer | null = null;
  #lit = true;
  #asking: Sign[] = [];
  /** Where the words of cameras stand, by their keys. */
  #spots = new Map<string, Spot>();
  readonly #still = matchMedia("(prefers-reduced-motion: reduce)");
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #sizes: ResizeObserver;
  /** Whether a person moved it: then nothing fits it anew by itself. */
  moved = false;

  constructor(element: HTMLElement, choices: Choices) {
    this.#choices = choices;
    const { moves } = choices;
    this.#map = L.map(element, {
      renderer: L.canvas({ padding: 0.2 }), attributionControl: false, zoomControl: false, zoomAnimation: false, fadeAnimation: false,
      markerZoomAnimation: false, inertia: false, keyboard: moves, dragging: moves, scrollWheelZoom: moves, doubleClickZoom: moves,
      boxZoom: moves, touchZoom: moves, minZoom: 8, maxZoom: 20, zoomSnap: 0.5,
    });
    if (moves) L.control.zoom({ zoomInTitle: choices.words.zoomIn, zoomOutTitle: choices.words.zoomOut }).addTo(this.#map);
    this.#map.setView([52.1, 5.3], 8);
    for (const name of ["pointerdown", "wheel", "keydown"]) element.addEventListener(name, () => (this.moved = true), { passive: true });
    this.#map.on("moveend zoomend resize", () => this.#spread());
    this.#timer = setInterval(() => this.#blink(), BLINK_MS);
    this.#sizes = new ResizeObserver(() => this.#map.invalidateSize({ animate: false }));
    this.#sizes.observe(element);
  }

  destroy(): void {
    clearInterval(this.#timer);
    this.#sizes.disconnect();
    this.#map.remove();
  }

  /** Show a scene: what is new, other or gone since the last. */
  show(shapes: readonly Shape[]): void {
    const { put, gone, now } = difference(this.#signatures, shapes);
    this.#shapes = shapes;
    if (put.length === 0 && gone.length === 0) return;
    for (const key of gone) this.#take(key);
    for (const shape of put) {
      this.#take(shape.key);
      this.#layers.set(shape.key, this.#made(shape).map((layer) => layer.addTo(this.#map)));
    }
    this.#signatures = now;
    this.#spread();
    this.#order(put);
    // The chosen tag stays above those that blink: it is painted after them.
    const blinking = shapes.some(asks) ? shapes.filter((shape) => asks(shape) || (shape.kind === "alert" && shape.chosen)) : [];
    this.#asking = blinking.flatMap((shape) => this.#layers.get(shape.key) ?? []).filter((layer) => layer instanceof Sign);
  }

  /** Show the page's colours of now. */
  recolour(): void {
    this.#colours = coloursNow();
    this.#hatches.clear();
    const shapes = this.#shapes;
    this.show([]);
    this.show(shapes);
  }

  /** Show the whole of some places. */
  fit(points: LatLon[], closest = 18): void {
    if (points.length === 0) return;
    this.#map.fitBounds(L.latLngBounds(points), { padding: [24, 24], maxZoom: closest, animate: false });
  }

  /** Whether all of some places are on the screen. */
  holds(points: LatLon[]): boolean {
    const bounds = this.#map.getBounds();
    return points.every((point) => bounds.contains(point));
  }

  /** Bring a place on the screen, if it is not there. */
  reveal(at: LatLon): void {
    const bounds = this.#map.getBounds().pad(-0.05);
    if (!bounds.contains(at)) this.#map.panTo(at, { animate: false });
  }

  /** Show a background of the console's own tiles, or none. */
  background(on: boolean): void {
    if (on === (this.#tiles !== null)) return;
    this.#tiles?.remove();
    this.#tiles = on ? L.tileLayer(TILES, { maxZoom: 20, maxNativeZoom: 19, keepBuffer: 1 }).addTo(this.#map) : null;
  }

  get #worded(): boolean {
    return this.#choices.worded || this.#map.getZoom() >= WORDS_FROM;
  }

  /** Find places for the words of cameras, and paint those anew that go elsewhere. */
  #spread(): void {
    if (!this.#worded) return void this.#spots.clear();
    const { x: width, y: height } = this.#map.getSize();
    const signs = this.#shapes.flatMap((shape) => {
      if (shape.kind !== "camera" && shape.kind !== "alert") return [];
      const { x, y } = this.#map.latLngToContainerPoint(shape.at);
      if (x < -FARTHEST || y < -FARTHEST || x > width + FARTHEST || y > height + FARTHEST) return [];
      const long = shape.kind === "camera" && shape.label !== "" ? widthOf(shape.label) : 0;
      return [{ key: shape.key, x, y, width: long, reach: shape.kind === "camera" ? CAMERA : TAG }];
    });
    const before = this.#spots;
    this.#spots = spread(signs, this.#choices.moves ? null : { width, height });
    for (const [key, spot] of this.#spots) {
      const was = before.get(key);
      if (was?.dx === spot.dx && was.dy === spot.dy) continue;
      for (const layer of this.#layers.get(key) ?? []) layer.redraw();
    }
  }

  #take(key: string): void {
    for (const layer of this.#layers.get(key) ?? []) layer.remove();
    this.#layers.delete(key);
  }

  /** What was put anew lies on top of all: bring what belongs above it there again. */
  #order(put: readonly Shape[]): void {
    const first = this.#shapes.findIndex((shape) => put.includes(shape));
    if (first < 0 || this.#layers.size === put.length) return;
    for (const shape of this.#shapes.slice(first)) for (const layer of this.#layers.get(shape.key) ?? []) layer.bringToFront();
  }

  #blink(): void {
    if (this.#asking.length === 0 || this.#still.matches || document.hidden) return;
    this.#lit = !this.#lit;
    for (const sign of this.#asking) sign.repaint();
  }

  #made(shape: Shape): L.Path[] {
    const colours = this.#colours;
    const still = { interactive: false } as const;
    switch (shape.kind) {
      case "area":
        return [L.polygon(shape.rings, { ...still, color: colours.frame, weight: 1.5, fill: false })];
      case "view": {
        const unable = { color: colours.system, weight: 1.5, dashArray: "5 4" };
        const look = shape.unable ? unable : { color: shape.chosen ? colours.text : colours.frame, weight: shape.chosen ? 2 : 1 };
        return [L.polygon(shape.ring, { ...still, ...look, fill: shape.chosen, fillColor: colours.soft, fillOpacity: 0.18 })];
      }
      case "zone":
        return this.#zone(shape);
      case "circle":
        return [L.circle(shape.at, { ...still, radius: shape.radiusM, color: lineOf(shape.priority, colours), weight: 1.5, dashArray: "2 4", fill: false })];
      case "camera": {
        const reach: [number, number] = shape.label === "" ? [12, 12] : [20 + widthOf(shape.label), FARTHEST];
        return [this.#sign(shape, reach, CAMERA, (ctx, at) => paintCamera(ctx, at, shape, colours, this.#worded, this.#spots.get(shape.key) ?? BESIDE))];
      }
      case "gap":
        return [this.#sign(shape, [12, 12], 8, (ctx, at) => paintGap(ctx, at, shape, colours))];
      case "alert":
        return [this.#sign(shape, [TAG + 8, TAG + 8], TAG, (ctx, at) => paintAlert(ctx, at, shape, colours, this.#lit, this.#still.matches))];
    }
  }

  #zone(shape: Shape & { kind: "zone" }): L.Path[] {
    const colours = this.#colours;
    if (!this.#hatches.has(shape.level)) this.#hatches.set(shape.level, hatchOf(shape.level, colours.soft));
    const hatch = this.#hatches.get(shape.level) ?? null;
    // A canvas takes a pattern where it takes a colour; Leaflet hands on whatever it is given.
    const fill = hatch === null ? { fill: false } : { fill: true, fillColor: hatch as unknown as string, fillOpacity: 1 };
    const ring = L.polygon(shape.ring, { interactive: false, color: shape.chosen ? colours.focus : colours.soft, weight: shape.chosen ? 2.5 : 1, ...fill });
    if (shape.label === "") return [ring];
    const word = new Sign(middleOf(shape.ring), (ctx, at) => (this.#worded || shape.chosen) && paintWord(ctx, at, shape.label, colours, "center"), [8 + widthOf(shape.label) / 2, 12], { interactive: false });
    return [ring, word];
  }

  #sign(shape: Shape & { at: LatLon }, reach: readonly [number, number], radius: number, paint: Paint): L.Path {
    const sign = new Sign(shape.at, paint, reach, { radius, interactive: this.#choices.moves, bubblingMouseEvents: false });
    return sign.on("click", () => this.#choices.onchoose(shape.key));
  }
}

const asks = (shape: Shape): boolean => shape.kind === "alert" && shape.priority === "P1" && (shape.look === "new" || shape.look === "escalated");

let measuring: CanvasRenderingContext2D | null = null;
function widthOf(word: string): number {
  measuring ??= document.createElement("canvas").getContext("2d");
  if (measuring === null) return word.length * 7;
  measuring.font = FONT;
  return measuring.measureText(word).width;
}
