// Networks of convolutions in a page without a server: onnxruntime-web runs the model file itself.

/**
 * @typedef {import("./network.js").Description & { model: string, resize: { rows: number[][], columns: number[][] } | null }} Exported
 * @typedef {{ run: (feeds: Record<string, any>) => Promise<Record<string, { data: Float32Array }>>, inputNames: readonly string[] }} Session
 */

const FOLDER = new URL("../../vendor/onnxruntime-web/", import.meta.url).href;
/** @type {Promise<any> | null} */
let library = null;

/** Load onnxruntime-web once, one thread: more would need headers that most web servers do not send. */
function loadLibrary() {
  library ??= import(`${FOLDER}ort.wasm.min.mjs`).then((ort) => {
    ort.env.wasm.wasmPaths = FOLDER;
    ort.env.wasm.numThreads = 1;
    return ort;
  });
  return library;
}

export class Runtime {
  /**
   * @param {Exported} description
   * @param {any} ort
   * @param {Session} session
   */
  constructor(description, ort, session) {
    this.description = description;
    this.ort = ort;
    this.session = session;
  }

  /** @param {import("./network.js").Description} description */
  static async load(description) {
    const exported = /** @type {Exported} */ (description);
    const ort = await loadLibrary();
    return new Runtime(exported, ort, await ort.InferenceSession.create(exported.model));
  }

  /**
   * Answer a drawing: what the network takes, and what each of its layers answers.
   * @param {Uint8Array} pixels 28 × 28
   * @returns {Promise<{ inputs: Float32Array, outputs: Float32Array[] }>}
   */
  async run(pixels) {
    const { params, resize, layers } = this.description;
    const { height, width, mean, std, channels } = params;
    const fitted = resize ? fit(pixels, resize) : pixels;
    const plane = Float32Array.from(fitted, (pixel) => (pixel / 255 - mean) / std);
    const inputs = new Float32Array(channels * plane.length);
    for (let c = 0; c < channels; c++) inputs.set(plane, c * plane.length);
    const feeds = { [this.session.inputNames[0]]: new this.ort.Tensor("float32", inputs, [1, channels, height, width]) };
    const found = await this.session.run(feeds);
    return { inputs, outputs: layers.map((_, place) => found[place].data) };
  }
}

/**
 * Resize a drawing: rows · drawing · columnsᵀ, in whole grey levels.
 * @param {Uint8Array} pixels
 * @param {{ rows: number[][], columns: number[][] }} resize
 */
export function fit(pixels, { rows, columns }) {
  const side = columns[0].length;
  const fitted = new Uint8Array(rows.length * columns.length);
  rows.forEach((row, y) => {
    columns.forEach((column, x) => {
      let sum = 0;
      for (let i = 0; i < row.length; i++) {
        if (row[i] === 0) continue;
        for (let j = 0; j < side; j++) sum += row[i] * column[j] * pixels[i * side + j];
      }
      fitted[y * columns.length + x] = Math.round(sum);
    });
  });
  return fitted;
}
