// The scan of a form with the boxes of its fields: drawn, moved and sized by pointer or keyboard.

import { make, makeSvg } from "../dom.js";
import { t } from "../i18n.js";

/**
 * @typedef {{ name: string, box: number[], kind?: string, country?: string, digits?: number | number[], comb?: boolean, may_be_empty?: boolean }} Field
 * @typedef {"move" | "draw" | "size"} Deed
 */

const LEAST = 6; // pixels of a side; less was no box
const HANDLE = 9; // pixels on the screen

export class Sheet {
  /**
   * @param {{ changed: () => void, chosen: (index: number) => void, removed: (index: number) => void, added: (box: number[]) => void }} told
   */
  constructor(told) {
    this.told = told;
    /** @type {Field[]} */
    this.fields = [];
    this.chosen = -1;
    this.width = 1;
    this.height = 1;
    /** @type {{ deed: Deed, index: number, x: number, y: number, box: number[] } | null} */
    this.dragging = null;
    this.image = makeSvg("image", {});
    this.boxes = makeSvg("g", {});
    this.rubber = makeSvg("rect", { class: "rubber", visibility: "hidden" });
    this.svg = makeSvg("svg", { role: "group", "aria-label": t("template.sheet"), class: "form" }, this.image, this.boxes, this.rubber);
    this.element = make("div", { class: "sheet" }, this.svg);
    this.svg.addEventListener("pointerdown", (event) => this.begin(event));
    this.svg.addEventListener("pointermove", (event) => this.move(event));
    this.svg.addEventListener("pointerup", () => this.end());
    this.svg.addEventListener("pointercancel", () => (this.dragging = null));
    this.svg.addEventListener("keydown", (event) => this.press(event));
    this.svg.addEventListener("focusin", (event) => this.choose(findIndex(event.target)));
  }

  /**
   * @param {string} address of the picture
   * @param {number} width
   * @param {number} height
   */
  open(address, width, height) {
    [this.width, this.height] = [width, height];
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    for (const [name, value] of Object.entries({ href: address, width, height })) this.image.setAttribute(name, String(value));
  }

  /** @param {Field[]} fields */
  show(fields) {
    this.fields = fields;
    if (this.chosen >= fields.length) this.chosen = -1;
    const had = document.activeElement instanceof SVGElement && this.svg.contains(document.activeElement);
    this.boxes.replaceChildren(...fields.map((field, i) => this.draw(field, i)));
    if (had && this.chosen >= 0) this.focus(this.chosen);
  }

  /**
   * @param {Field} field
   * @param {number} index
   */
  draw(field, index) {
    const [x0, y0, x1, y1] = field.box;
    const chosen = index === this.chosen;
    const described = t("template.box", { name: field.name, x0: Math.round(x0), y0: Math.round(y0), x1: Math.round(x1), y1: Math.round(y1) });
    const size = Math.max(10, Math.min(0.5 * (y1 - y0), this.height / 60));
    const group = makeSvg(
      "g",
      { class: chosen ? "field-box chosen" : "field-box", tabindex: 0, role: "button", "aria-label": described, "aria-pressed": String(chosen), "data-index": index },
      makeSvg("rect", { x: x0, y: y0, width: x1 - x0, height: y1 - y0 }),
      makeSvg("text", { x: x0, y: Math.max(size, y0 - 0.25 * size), "font-size": size }, field.name),
    );
    const cells = field.comb && typeof field.digits === "number" ? field.digits : 1;
    for (let i = 1; i < cells; i++) {
      const x = x0 + ((x1 - x0) * i) / cells;
      group.append(makeSvg("line", { x1: x, x2: x, y1: y0, y2: y1 }));
    }
    const side = HANDLE / this.scale;
    if (chosen) group.append(makeSvg("rect", { class: "handle", x: x1 - side / 2, y: y1 - side / 2, width: side, height: side }));
    return group;
  }

  /** Pixels of the screen for a pixel of the scan. */
  get scale() {
    return (this.svg.clientWidth || this.width) / this.width;
  }

  /** @param {number} index */
  focus(index) {
    /** @type {SVGElement | undefined} */ (this.boxes.children[index])?.focus({ preventScroll: true });
  }

  /** @param {number} index */
  choose(index) {
    if (index < 0 || index === this.chosen) return;
    this.chosen = index;
    this.show(this.fields);
    this.told.chosen(index);
  }

  /** @param {PointerEvent} event */
  locate(event) {
    const frame = this.svg.getBoundingClientRect();
    const scale = Math.min(frame.width / this.width, frame.height / this.height);
    const [left, top] = [frame.left + (frame.width - scale * this.width) / 2, frame.top + (frame.height - scale * this.height) / 2];
    return { x: (event.clientX - left) / scale, y: (event.clientY - top) / scale };
  }

  /** @param {PointerEvent} event */
  begin(event) {
    if (event.button !== 0 || !this.image.hasAttribute("href")) return;
    event.preventDefault();
    const index = findIndex(event.target);
    const place = this.locate(event);
    const isHandle = /** @type {Element} */ (event.target).classList.contains("handle");
    const deed = isHandle ? "size" : index >= 0 ? "move" : "draw";
    this.dragging = { deed, index, ...place, box: index >= 0 ? [...this.fields[index].box] : [place.x, place.y, place.x, place.y] };
    this.svg.setPointerCapture(event.pointerId);
    if (index >= 0) {
      this.choose(index);
      this.focus(index);
    }
  }

  /** @param {PointerEvent} event */
  move(event) {
    if (!this.dragging) return;
    const { deed, index, x, y, box } = this.dragging;
    const place = this.locate(event);
    if (deed === "draw") {
      this.dragging.box = [Math.min(x, place.x), Math.min(y, place.y), Math.max(x, place.x), Math.max(y, place.y)];
      const [x0, y0, x1, y1] = this.dragging.box;
      for (const [name, value] of Object.entries({ x: x0, y: y0, width: x1 - x0, height: y1 - y0, visibility: "visible" })) this.rubber.setAttribute(name, String(value));
      return;
    }
    this.change(index, box, deed, place.x - x, place.y - y);
  }

  end() {
    const done = this.dragging;
    this.dragging = null;
    this.rubber.setAttribute("visibility", "hidden");
    if (!done) return;
    if (done.deed !== "draw") {
      this.told.changed();
      return;
    }
    const [x0, y0, x1, y1] = done.box;
    if (x1 - x0 >= LEAST && y1 - y0 >= LEAST) this.told.added(this.clamp(done.box));
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    const index = findIndex(event.target);
    /** @type {Record<string, number[]>} */
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const move = moves[event.key];
    if (index < 0) return;
    if (event.key === "Delete" || event.key === "Backspace") this.told.removed(index);
    else if (move) {
      const step = event.ctrlKey || event.metaKey ? 1 : Math.max(2, Math.round(this.width / 300));
      this.change(index, this.fields[index].box, event.shiftKey ? "size" : "move", move[0] * step, move[1] * step);
      this.told.changed();
    } else return;
    event.preventDefault();
  }

  /**
   * @param {number} index
   * @param {number[]} box as it was
   * @param {Deed} deed
   * @param {number} dx
   * @param {number} dy
   */
  change(index, [x0, y0, x1, y1], deed, dx, dy) {
    const within = (/** @type {number} */ value, /** @type {number} */ least, /** @type {number} */ most) => Math.min(most, Math.max(least, value));
    if (deed === "move") {
      const [mx, my] = [within(dx, -x0, this.width - x1), within(dy, -y0, this.height - y1)];
      this.fields[index].box = this.clamp([x0 + mx, y0 + my, x1 + mx, y1 + my]);
    } else {
      this.fields[index].box = this.clamp([x0, y0, Math.max(x0 + LEAST, x1 + dx), Math.max(y0 + LEAST, y1 + dy)]);
    }
    this.show(this.fields);
  }

  /** @param {number[]} box */
  clamp([x0, y0, x1, y1]) {
    const round = (/** @type {number} */ value, /** @type {number} */ most) => Math.round(10 * Math.min(most, Math.max(0, value))) / 10;
    return [round(x0, this.width), round(y0, this.height), round(x1, this.width), round(y1, this.height)];
  }
}

/** @param {EventTarget | null} target */
function findIndex(target) {
  const group = /** @type {Element | null} */ (target)?.closest?.("[data-index]");
  return group ? Number(group.getAttribute("data-index")) : -1;
}
